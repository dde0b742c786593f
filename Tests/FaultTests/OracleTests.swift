import Foundation
import Testing

@testable import Faults

/// An oracle that finds nothing is worth nothing: each kind of harm, made up, must be found.
struct OracleTests {
    private var made = EvidenceOf()

    @Test("orders that went well are counted by their ends, and nothing is said")
    mutating func well() {
        made.order(EvidenceOf.shipped)
        made.order(EvidenceOf.rejected)
        made.order(["order.place", "order.cancel", "order.cancelled"])
        let word = made.judgement
        #expect(word.isWell, "\(word.problems)")
        let counts: [Int] = [word.accepted, word.shipped, word.rejected, word.cancelled, word.mails]
        #expect(counts == [3, 1, 1, 1, 5])
    }

    @Test("an order that was confirmed and never seen is lost")
    mutating func lost() {
        made.order(EvidenceOf.shipped)
        made.order([])
        #expect(made.judgement.lost == 1 && !made.judgement.isWell)
    }

    @Test("an order without an end and without a letter is stuck")
    mutating func stuck() {
        made.order(["order.place", "order.created", "inventory.updated"])
        #expect(made.judgement.stuck == 1 && !made.judgement.isWell)
    }

    @Test("an order that nobody confirmed, but that was seen, must end like any other")
    mutating func unconfirmed() {
        made.order(["order.place", "order.created"], confirmed: false)
        #expect(made.judgement.stuck == 1 && made.judgement.accepted == 0)
    }

    @Test("an order that nobody confirmed and that the shop never saw is none, although our own queue got it")
    mutating func halfPublished() {
        let orderID = made.order(["order.place"], confirmed: false)
        #expect(made.judgement.isWell && made.judgement.stuck == 0)
        #expect(made.evidence.heard.open(confirmed: []) == 0 && made.evidence.heard.open(confirmed: [orderID]) == 1)
        made.order(["order.place"])
        #expect(made.judgement.stuck == 1)
    }

    @Test("the same event twice is the broker's right; two events of one effect are one too many")
    mutating func doubledEvent() {
        let orderID = made.order(EvidenceOf.shipped)
        let again = made.hear("shipping.cancel_refused", of: orderID)
        made.hear("shipping.cancel_refused", of: orderID, id: again)
        #expect(made.judgement.isWell)
        made.hear("shipping.cancel_refused", of: orderID)
        #expect(made.judgement.doubled == 1 && !made.judgement.isWell)
    }

    @Test("two ends exclude each other")
    mutating func twoEnds() {
        let orderID = made.order(EvidenceOf.shipped)
        made.hear("order.cancelled", of: orderID)
        made.evidence.mails[orderID]?.append("order.cancelled")
        #expect(made.judgement.doubled == 1)
    }

    @Test("a mail twice, a mail too few, and a mail for nothing")
    mutating func mails() {
        let (twice, none, extra) = (
            made.order(EvidenceOf.shipped), made.order(EvidenceOf.shipped), made.order(EvidenceOf.shipped)
        )
        made.evidence.mails[twice]?.append("order.created")
        made.evidence.mails[none]?.removeAll { $0 == "shipping.started" }
        made.evidence.mails[extra]?.append("order.rejected")
        let word = made.judgement
        #expect(word.doubled == 1)
        #expect(word.problems.count == 3, "\(word.problems)")
    }

    @Test("stock that the events do not explain is a problem, and so is stock that cannot be read")
    mutating func stock() {
        made.order(EvidenceOf.shipped)
        made.evidence.taken?["ANVIL"] = 4
        #expect(!made.judgement.isWell)
        made.evidence.taken = nil
        #expect(!made.judgement.isWell)
    }

    @Test("pieces that were put back are not taken")
    mutating func released() {
        let orderID = made.order(["order.place", "order.created", "inventory.updated", "order.cancelled"])
        made.hear("inventory.released", of: orderID)
        #expect(!made.judgement.isWell)
        made.evidence.taken?["ANVIL"] = 0
        #expect(made.judgement.isWell, "\(made.judgement.problems)")
    }

    @Test("a letter makes an order parked: a problem, unless it was meant")
    mutating func parked() {
        let orderID = made.order(["order.place", "order.created"])
        let letter = made.hear("inventory.updated", of: orderID)
        made.evidence.taken?["ANVIL"] = 2
        made.evidence.letters = [.init(service: "shipping", eventID: letter, error: "poison")]
        #expect(made.judgement.parked == 1 && made.judgement.stuck == 0 && !made.judgement.isWell)
        made.evidence.expected.parked = [orderID]
        #expect(made.judgement.isWell, "\(made.judgement.problems)")
    }

    @Test("who should be parked and is not is a problem")
    mutating func notParked() {
        made.evidence.expected.parked = [made.order(EvidenceOf.shipped)]
        #expect(!made.judgement.isWell)
    }

    @Test("letters of no order are counted exactly")
    mutating func strays() {
        made.evidence.letters = [.init(service: "order", eventID: nil, error: "no event")]
        #expect(!made.judgement.isWell)
        made.evidence.expected.strayLetters = 1
        #expect(made.judgement.isWell)
        made.evidence.expected.strayLetters = 2
        #expect(!made.judgement.isWell)
    }

    @Test("what a deleted queue took along is counted, up to what it held")
    mutating func gone() {
        made.order(["order.place", "order.created"])
        made.evidence.expected.gone = 1
        #expect(made.judgement.gone == 1 && made.judgement.stuck == 0 && made.judgement.isWell)
        made.order(["order.place", "order.created"])
        #expect(!made.judgement.isWell)
    }

    @Test("a mail that no server takes may be missing when its letter is there, and only that one")
    mutating func refusedMail() {
        let orderID = made.order(EvidenceOf.shipped)
        made.evidence.mails[orderID]?.removeAll { $0 == "order.created" }
        made.evidence.expected.refusedMails = [orderID]
        #expect(!made.judgement.isWell)
        let event = made.evidence.heard.stories[orderID]?.events.first { $0.kind == "order.created" }?.id
        made.evidence.letters = [.init(service: "notify", eventID: event, error: "550")]
        #expect(made.judgement.isWell, "\(made.judgement.problems)")
    }

    @Test("bodies that are no events are counted, and are nobody's")
    mutating func junk() {
        for body in ["", "{", "[]", "{\"id\":1}", "\u{FFFD}"] {
            made.evidence.heard.hear(routingKey: "order.created", body: Array(body.utf8))
        }
        #expect(made.evidence.heard.junk == 5 && made.judgement.isWell)
    }
}
