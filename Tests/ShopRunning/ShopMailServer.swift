package import Foundation

/// A real mail server: `Tests/ForeignClients/mail_server.py` says what it can do.
package struct ShopMailServer {
    package let folder: URL
    package let port: Int

    /// Runs one for as long as the body does.
    package static func with(
        port: Int, _ options: [String] = [], environment: [String: String] = [:],
        _ body: (ShopMailServer) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with("mail-server") { folder in
            let process = try await start(in: folder, port: port, options, environment: environment)
            let result: Result<Void, any Error>
            do { result = .success(try await body(ShopMailServer(folder: folder, port: port))) } catch {
                result = .failure(error)
            }
            await process.end()
            try result.get()
        }
    }

    /// Starts one that keeps what it takes in this folder, and returns when it listens. A second one in the same folder goes
    /// on where the first ended.
    package static func start(
        in folder: URL, port: Int, _ options: [String] = [], environment: [String: String] = [:]
    ) async throws -> ChildProcess {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (log, sign) = (folder.appending(path: "log"), folder.appending(path: "port"))
        try? FileManager.default.removeItem(at: sign)
        let process = try ChildProcess(
            URL(filePath: "/usr/bin/python3"),
            ["\(Repository.root)/Tests/ForeignClients/mail_server.py", folder.path, "--port", "\(port)"] + options,
            environment: environment, output: log, errors: log)
        do {
            try await waitFor("the mail server") { FileManager.default.fileExists(atPath: sign.path) }
        } catch {
            await process.end(within: .zero)
            throw error
        }
        return process
    }

    /// Everything it accepted.
    package func mails() throws -> [ShopMail] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "eml" }.map { ShopMail(try Data(contentsOf: $0)) }
    }

    package func mails(of orderIDs: [String]) throws -> [ShopMail] {
        try mails().filter { orderIDs.contains($0.orderID) }
    }

    /// Waits until each of these orders has its two mails, and says whether no mail came twice.
    package func waitForMails(of orderIDs: [String]) async throws -> Bool {
        try await waitFor("two mails for each of \(orderIDs.count) orders") {
            let kinds = Dictionary(grouping: try mails(), by: \.orderID).mapValues { Set($0.map(\.eventType)) }
            return orderIDs.allSatisfy { kinds[$0] == ["order.created", "shipping.started"] }
        }
        let names = try mails().map { $0.fields["message-id"] ?? "" }
        return Set(names).count == names.count && names.count == 2 * orderIDs.count
    }
}
