import GRDB
import Synchronization
import Testing

@testable import Ledger

@Suite("Writes that share a transaction fail each for itself", .timeLimit(.minutes(1)))
struct WriteGroupTests {
    private enum Kind: CaseIterable {
        case works, failsFirst, failsLate, breaksRule
    }

    /// What they did and what they were told.
    private final class Notes: Sendable {
        let calls = Mutex<[Int]>([])
        let told = Mutex<[Int: Bool]>([:])
    }

    private func member(_ number: Int, _ kind: Kind, _ notes: Notes) -> WriteGroup.Member {
        WriteGroup.Member(
            work: { database, mark in
                notes.calls.withLock { $0.append(number) }
                if kind == .failsFirst { throw Refused() }
                try mark.set()
                let insert = try database.cachedStatement(sql: "INSERT INTO totals VALUES (?, ?)")
                try insert.run([.text("\(number)"), kind == .breaksRule ? 1000 : 1], in: database)
                if kind == .failsLate { throw Refused() }
                return { notes.told.withLock { $0[number] = true } }
            }, fail: { _ in notes.told.withLock { $0[number] = false } })
    }

    private func run(_ kinds: [Kind], _ body: (Notes, EventLedger) async throws -> Void) async throws {
        try await withLedger { ledger in
            let (group, notes) = (WriteGroup(), Notes())
            for (number, kind) in kinds.enumerated() { _ = group.add(member(number, kind, notes)) }
            try await ledger.database.look { database in
                let (answers, isMore) = group.run(in: database) { body in
                    try database.inTransaction(.immediate) {
                        try body()
                        return .commit
                    }
                } _: {
                    $0
                }
                #expect(!isMore)
                for answer in answers { answer() }
            }
            try await body(notes, ledger)
        }
    }

    @Test("each of three, in every way", arguments: Kind.allCases, Kind.allCases)
    private func everyPattern(first: Kind, second: Kind) async throws {
        for third in Kind.allCases {
            let kinds = [first, second, third]
            try await run(kinds) { notes, ledger in
                let works = kinds.enumerated().filter { $0.element == .works }.map(\.offset)
                let totals = try await ledger.totals()
                #expect(totals == Dictionary(uniqueKeysWithValues: works.map { ("\($0)", 1) }))
                let told = notes.told.withLock { $0 }
                #expect(told.count == 3 && told.filter(\.value).keys.sorted() == works)
            }
        }
    }

    @Test("nobody is called again for one that has written nothing")
    func early() async throws {
        try await run([.works, .failsFirst, .works]) { notes, _ in
            #expect(notes.calls.withLock { $0 } == [0, 1, 2])
        }
    }

    @Test("for one that has written, all are called again")
    func late() async throws {
        try await run([.works, .failsLate, .works]) { notes, _ in
            #expect(notes.calls.withLock { $0 } == [0, 1, 0, 1, 2])
        }
    }

    @Test("who is alone is called once", arguments: Kind.allCases)
    private func alone(kind: Kind) async throws {
        try await run([kind]) { notes, ledger in
            #expect(notes.calls.withLock { $0 } == [0])
            #expect(notes.told.withLock { $0 } == [0: kind == .works])
            let totals = try await ledger.totals()
            #expect(totals.count == (kind == .works ? 1 : 0))
        }
    }
}
