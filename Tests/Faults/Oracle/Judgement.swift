/// What the evidence says: the oracle's word on one scenario. Pure, so that it can be tried on made-up evidence.
struct Judgement {
    var accepted = 0
    var shipped = 0
    var rejected = 0
    var cancelled = 0
    /// Not ended, with a letter.
    var parked = 0
    /// Confirmed, and never seen.
    var lost = 0
    /// Effects that happened twice, or exclude each other.
    var doubled = 0
    /// Seen, not ended, and no letter anywhere.
    var stuck = 0
    /// Stuck, for a queue that was deleted with them in it.
    var gone = 0
    var mails = 0
    /// One sentence for each thing that is wrong.
    private(set) var problems: [String] = []

    var isWell: Bool { problems.isEmpty }

    init(_ evidence: Evidence) {
        let lettered = Set(evidence.letters.compactMap { $0.eventID.flatMap(evidence.heard.orderID(ofEvent:)) })
        accepted = evidence.confirmed.count
        for orderID in evidence.confirmed.union(evidence.heard.stories.keys).sorted() {
            judge(orderID, evidence, hasLetter: lettered.contains(orderID))
        }
        if gone > evidence.expected.gone {
            problems.append("\(gone) orders are stuck; the deleted queue held \(evidence.expected.gone)")
        }
        judgeLetters(evidence)
        judgeStock(evidence)
    }

    private mutating func judge(_ orderID: String, _ evidence: Evidence, hasLetter: Bool) {
        guard let story = evidence.heard.stories[orderID] else {
            lost += 1
            return problems.append("order \(orderID) was confirmed and never seen")
        }
        // A publishing without a confirm may have reached some queues and not others: our tap, and not the shop. The
        // customer knows.
        guard story.isAnswered || evidence.confirmed.contains(orderID) else { return }
        for twice in story.doubled {
            doubled += 1
            problems.append("order \(orderID): \(twice)")
        }
        switch story.ends.first {
        case .shipped: shipped += 1
        case .rejected: rejected += 1
        case .cancelled: cancelled += 1
        case nil: judgeOpen(orderID, story, evidence, hasLetter: hasLetter)
        }
        if (story.ends.isEmpty && hasLetter) != evidence.expected.parked.contains(orderID) {
            problems.append("order \(orderID) \(hasLetter ? "is parked" : "should be parked and is not")")
        }
        judgeMails(orderID, story, evidence)
    }

    private mutating func judgeOpen(
        _ orderID: String, _ story: OrderStory, _ evidence: Evidence, hasLetter: Bool
    ) {
        if hasLetter {
            parked += 1
        } else if evidence.expected.gone > 0 {
            gone += 1
        } else {
            stuck += 1
            problems.append("order \(orderID) is stuck after \(story.events.map(\.kind).joined(separator: ", "))")
        }
    }

    private mutating func judgeMails(_ orderID: String, _ story: OrderStory, _ evidence: Evidence) {
        let arrived = evidence.mails[orderID, default: []]
        mails += arrived.count
        for kind in Set(arrived) where arrived.count(where: { $0 == kind }) > 1 {
            doubled += 1
            problems.append("order \(orderID): the mail \(kind) came \(arrived.count(where: { $0 == kind })) times")
        }
        for kind in story.mailsDue.subtracting(arrived) where !evidence.mayLack(kind, orderID, story) {
            problems.append("order \(orderID): the mail \(kind) never came")
        }
        for kind in Set(arrived).subtracting(story.mailsDue) {
            problems.append("order \(orderID): a mail \(kind) came, and no such event")
        }
    }

    private mutating func judgeLetters(_ evidence: Evidence) {
        let expected = evidence.expected
        let strays = evidence.letters.filter { letter in
            let orderID = letter.eventID.flatMap(evidence.heard.orderID(ofEvent:))
            return !(orderID.map { expected.parked.contains($0) || expected.refusedMails.contains($0) } ?? false)
        }
        guard strays.count != expected.strayLetters else { return }
        let first = strays.first.map { ", for example in \($0.service).dead: \($0.error)" } ?? ""
        problems.append("\(strays.count) dead letters instead of \(expected.strayLetters)\(first)")
    }

    private mutating func judgeStock(_ evidence: Evidence) {
        guard let taken = evidence.taken else { return problems.append("the stock could not be read") }
        for sku in Set(taken.keys).union(evidence.heard.taken.keys).sorted() {
            let (listed, heard) = (taken[sku, default: 0], evidence.heard.taken[sku, default: 0])
            if listed != heard { problems.append("\(sku): \(listed) pieces are taken, \(heard) by the events") }
        }
    }
}

extension Evidence {
    /// A mail whose event waits in the dead-letter queue, as it should, need not have come.
    fileprivate func mayLack(_ kind: String, _ orderID: String, _ story: OrderStory) -> Bool {
        guard expected.refusedMails.contains(orderID) || expected.parked.contains(orderID) else { return false }
        let ids = Set(story.events.filter { $0.kind == kind }.map(\.id))
        return letters.contains { $0.service == "notify" && $0.eventID.map(ids.contains) == true }
    }
}
