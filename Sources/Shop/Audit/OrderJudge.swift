import AMQPBridge
import ShopEvents

/// What is wrong with one order, by the rules of the shop. Pure.
struct OrderJudge {
    var id: String
    var facts: OrderFacts
    /// Services that still have something to do, or cannot do it at the moment.
    var busy: Set<ShopService>

    /// What moves an order from one status to the next.
    private static let movers: Set<ShopService> = [.order, .inventory, .shipping]

    var problems: [BooksProblem] {
        guard let status = facts.status else { return [unknown].compactMap(\.self) }
        return [stock(status), shipment(status), release, stall(status)].compactMap(\.self) + repeated + mails(status)
    }

    /// Whether it is one of the orders to be counted: known to its service, given up before that, or heard of elsewhere.
    var isOrder: Bool { facts.status != nil || facts.hasEffect || facts.isPlacingParked || facts.isExpected }

    private var unknown: BooksProblem? {
        if facts.hasEffect {
            return BooksProblem(.lost, order: id, "the order service does not know it; known are \(effects)")
        }
        guard facts.isExpected, !facts.isPlacingParked, !busy.contains(.order) else { return nil }
        return BooksProblem(.lost, order: id, "confirmed to the customer, and known nowhere", isMendable: true)
    }

    private var effects: String {
        var words: [String] = []
        if let decision = facts.decision { words.append("its stock (\(decision.rawValue))") }
        if let shipment = facts.shipment { words.append("its shipment (\(shipment.rawValue))") }
        let mails = facts.sent.union(facts.sending)
        if !mails.isEmpty { words.append("e-mails (\(mails.names.joined(separator: ", ")))") }
        return words.joined(separator: ", ")
    }

    /// A status that follows from a decision about stock, without that decision.
    private func stock(_ status: OrderFacts.Status) -> BooksProblem? {
        let isRight =
            switch (status, facts.decision) {
            // The stock of a confirmed order may be back already, before the order service hears of it.
            case (.confirmed, .taken), (.confirmed, .released), (.shipped, .taken): true
            case (.confirmed, _), (.shipped, _): false
            case (.rejected, .taken), (.rejected, .released): false
            // Not confirmed yet, or cancelled: see `release`.
            case (.rejected, _), (.placed, _), (.cancelled, _): true
            }
        return isRight ? nil : contradiction("\(status.rawValue), but its stock is \(decisionWord)")
    }

    private func shipment(_ status: OrderFacts.Status) -> BooksProblem? {
        switch (status, facts.shipment) {
        case (.shipped, .shipped): break
        case (.shipped, _): return contradiction("shipped, but its shipment is \(shipmentWord)")
        case (.rejected, .shipped), (.cancelled, .shipped):
            return contradiction("\(status.rawValue), but its shipment is shipped")
        // Of an order that was cancelled before it came, the shipping never hears.
        case (.cancelled, nil) where facts.isCreated:
            return contradiction("cancelled, but the shipping was not asked")
        case (.rejected, _), (.cancelled, _): break
        case (.placed, .shipped), (.confirmed, .shipped):
            // What the shipping sends it has from the inventory.
            if facts.decision != .taken {
                return contradiction("its shipment is shipped, its stock is \(decisionWord)")
            }
        case (.placed, _), (.confirmed, _): break
        }
        return nil
    }

    /// The stock of a cancelled order is put back.
    private var release: BooksProblem? {
        guard facts.status == .cancelled, facts.decision == .taken, facts.shipment != .shipped,
            !facts.isReleaseComing, !busy.contains(.inventory)
        else { return nil }
        return BooksProblem(.missing, order: id, "cancelled, but its stock was not put back", isMendable: true)
    }

    /// Something must be on its way that brings it to its end.
    private func stall(_ status: OrderFacts.Status) -> BooksProblem? {
        guard !status.isTerminal, !facts.isParked, !facts.isOutgoing, busy.isDisjoint(with: Self.movers) else {
            return nil
        }
        return BooksProblem(
            .missing, order: id, "\(status.rawValue), and nothing is on its way that could move it", isMendable: true)
    }

    private var repeated: [BooksProblem] {
        facts.repeated.words.map { BooksProblem(.doubled, order: id, "its \($0) stands twice in the books") }
    }

    private func mails(_ status: OrderFacts.Status) -> [BooksProblem] {
        let begun = facts.sent.union(facts.sending)
        let due = facts.due
        // An order on its way may have an end already that its service has not heard of: one.
        let isAhead = !status.isTerminal && begun.intersection(.endings).names.count <= 1
        let undue = begun.subtracting(isAhead ? due.union(.endings) : due)
        var problems = undue.names.map {
            BooksProblem(.doubled, order: id, "\(status.rawValue), but got an e-mail for \($0)")
        }
        guard !busy.contains(.notify) else { return problems }
        let missing = due.subtracting(facts.sent).subtracting(facts.coming)
        problems += missing.intersection(facts.sending).names.map {
            BooksProblem(.missing, order: id, "its e-mail for \($0) was begun and not finished", isMendable: true)
        }
        problems += missing.subtracting(facts.sending).names.map {
            BooksProblem(.missing, order: id, "its e-mail for \($0) is missing", isMendable: true)
        }
        return problems
    }

    private func contradiction(_ problem: String) -> BooksProblem { BooksProblem(.contradiction, order: id, problem) }

    private var decisionWord: String {
        switch facts.decision {
        case .taken: "taken"
        case .refused: "refused"
        case .released: "put back"
        case .cancelled: "not to be taken"
        case nil: "not decided"
        }
    }

    private var shipmentWord: String {
        switch facts.shipment {
        case .shipped: "shipped"
        case .cancelled: "cancelled"
        case nil: "not there"
        }
    }
}
