import FoundationEssentials

/// Orders that were confirmed to whoever placed them, as `shop order place --json` printed them.
enum PlacedOrders {
    private struct Row: Decodable {
        var orderID: String
        var confirmed: Bool

        enum CodingKeys: String, CodingKey {
            case orderID = "order_id"
            case confirmed
        }
    }

    /// - Parameter path: a file, or `-` for stdin.
    static func read(_ path: String) throws -> [String] {
        let file = path == "-" ? "/dev/stdin" : path
        do {
            return try ids(in: try Data(contentsOf: URL(filePath: file)))
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.failed("there is no file to read at \(Visible.text(path))")
        }
    }

    /// Those that were not confirmed are left out: nothing was promised about them.
    static func ids(in text: Data) throws -> [String] {
        let decoder = JSONDecoder()
        return try text.split(separator: UInt8(ascii: "\n")).enumerated().compactMap { number, line in
            guard let row = try? decoder.decode(Row.self, from: Data(line)), let id = OrderID.canonical(row.orderID)
            else {
                throw Failure.failed("--placed: line \(number + 1) is not one of `shop order place --json`")
            }
            return row.confirmed ? id : nil
        }
    }
}
