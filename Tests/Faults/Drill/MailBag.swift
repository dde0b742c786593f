import Foundation
import ShopRunning
import Synchronization

/// The mail that arrived, read where it lies: the maildir of Notify, or what the mail server took.
final class MailBag: Sendable {
    private let folder: URL
    /// What was read already, by file.
    private let read = Mutex<[String: (orderID: String, kind: String)]>([:])

    init(_ folder: URL) { self.folder = folder }

    /// When the last one came: the folder itself tells, however full it is.
    var lastArrival: Date? {
        try? FileManager.default.attributesOfItem(atPath: folder.path)[.modificationDate] as? Date
    }

    /// The kinds that each order's customer got, one for each arrival.
    func kindsByOrder() throws -> [String: [String]] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [:] }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".eml") }
        return try read.withLock { read in
            for name in names where read[name] == nil {
                let mail = ShopMail(try Data(contentsOf: folder.appending(path: name)))
                read[name] = (mail.orderID, mail.eventType)
            }
            return Dictionary(grouping: read.values, by: \.orderID).mapValues { $0.map(\.kind) }
        }
    }
}
