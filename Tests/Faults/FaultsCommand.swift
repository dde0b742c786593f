import ArgumentParser

@main
struct FaultsCommand: AsyncParsableCommand {
    func run() async throws {}
}
