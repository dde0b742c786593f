import Foundation
import ShopEvents
import ShopRunning

/// Another program that has a service's database to itself, as a backup or somebody with a shell would.
struct DatabaseLock {
    private let process: ChildProcess

    /// Returns when it has the lock.
    static func take(on service: ShopService, of shop: DrillShop) async throws -> DatabaseLock {
        let output = shop.folder.appending(path: "lock-\(service.rawValue)")
        // Ends by itself, should nobody be left to end it.
        let script = """
            import sqlite3, sys, time
            database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
            database.execute("BEGIN EXCLUSIVE")
            print("locked", flush=True)
            time.sleep(120)
            """
        let process = try ChildProcess(
            URL(filePath: "/usr/bin/python3"),
            ["-c", script, shop.dataFile(of: service, "\(service.rawValue).db").path],
            environment: Command.inherited, output: output, errors: output)
        let lock = DatabaseLock(process: process)
        do {
            try await waitFor("the lock on the database of \(service)", every: .milliseconds(10)) {
                let said = try String(contentsOf: output, encoding: .utf8)
                if said.contains("Error") { throw CommandFailed(description: said) }
                return said.contains("locked")
            }
        } catch {
            await lock.release()
            throw error
        }
        return lock
    }

    func release() async { await process.end(within: .seconds(2)) }
}
