import Synchronization

/// Customers who place orders by the command line all the time, 20 a second.
final class OrderFlow: Sendable {
    private let isOver = Atomic(false)

    private init() {}

    /// - Returns: the ids of all orders that were placed while the body ran, each of them confirmed.
    static func flowing(
        _ line: String, in shop: ShopFixture, while body: @escaping @Sendable () async throws -> Void
    ) async throws -> [String] {
        let flow = OrderFlow()
        async let ids = flow.placing(line, in: shop)
        do { try await body() } catch {
            flow.isOver.store(true, ordering: .relaxed)
            _ = try? await ids
            throw error
        }
        flow.isOver.store(true, ordering: .relaxed)
        return try await ids
    }

    private func placing(_ line: String, in shop: ShopFixture) async throws -> [String] {
        var ids: [String] = []
        while !isOver.load(ordering: .relaxed) { ids += try await shop.place(line, count: 20, rate: 20) }
        return ids
    }
}
