import AMQPBridge
import AMQPBridgeTesting
import Foundation
import Ledger
import Logging
import Testing

extension ConformanceTests {
    @Suite("A fault that a test injects happens as it would by itself, and nothing is lost or done twice")
    struct Faults {
        static let all: [Fault] = [
            .throwError, .delay(.milliseconds(5)), .duplicate, .dropAck, .crashBeforeCommit, .crashAfterCommit,
        ]
        /// Whose first delivery meets it, of 40.
        static let victims = [0, 1, 13, 39]

        @Test("around a handler without a ledger", arguments: all, Backend.allCases)
        func plain(fault: Fault, backend: Backend) async throws {
            try await Stage.with(backend, "injected \(fault): what a handler must tolerate, and no more") { stage in
                let service = try await stage.service()
                let desk = try await stage.service("desk", listensTo: [Receipt.routingKey])
                let calls = Calls()
                let receipts = Calls()
                let bus = stage.bus(service)
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    return [Receipt(number: parcel.number)]
                }
                let deskBus = stage.bus(desk)
                deskBus.on(Receipt.self) { receipt, context in
                    receipts.note(Parcel(receipt.number), context)
                    return []
                }
                let faults = try Self.planned(fault, in: bus)
                try await stage.publish((0..<40).map { Parcel($0) })
                try await stage.running(bus, deskBus) {
                    try await eventually("all is done", within: .seconds(30)) {
                        guard Set(receipts.numbers).count == 40, faults.injected == 4 else { return false }
                        // What comes again may still be on its way.
                        guard Self.victims.allSatisfy({ calls.attempts(of: $0).count >= Self.calls(with: fault) })
                        else {
                            return false
                        }
                        return try await stage.isDone(service)
                    }
                }
                #expect(faults.injected(fault) == Self.victims.count)
                #expect(try await stage.ready(service.deadQueue) == 0)
                for victim in Self.victims {
                    let attempts = calls.attempts(of: victim)
                    switch "\(fault)" {
                    case "throwError": #expect(attempts == [2], "the first call never reached the handler")
                    case "delay": #expect(attempts == [1])
                    // A neighbour's crash may come in between and add calls.
                    case "crashBeforeCommit": #expect(attempts.allSatisfy { $0 == 1 } && !attempts.isEmpty)
                    default: #expect(attempts.allSatisfy { $0 == 1 })
                    }
                }
            }
        }

        @Test("around a handler with a ledger", arguments: all, Backend.allCases)
        func ledger(fault: Fault, backend: Backend) async throws {
            try await Stage.with(backend, "injected \(fault) with a ledger: one effect, one event that follows") {
                stage in
                try await Self.withLedger(on: stage, parcels: 40) { bus in
                    try Self.planned(fault, in: bus)
                } check: { faults in
                    #expect(faults.injected(fault) == Self.victims.count)
                }
            }
        }

        @Test("all of them at once, by a seed", arguments: Backend.allCases)
        func mixed(backend: Backend) async throws {
            try await Stage.with(
                backend, "injected faults of every kind at once, with a ledger: nothing lost or doubled"
            ) { stage in
                try await Self.withLedger(on: stage, parcels: 300) { bus in
                    let faults = try FaultPoints(
                        seed: 42,
                        [
                            .throwError: 0.03, .delay(.milliseconds(1)): 0.05, .duplicate: 0.1, .dropAck: 0.03,
                            .crashBeforeCommit: 0.03, .crashAfterCommit: 0.03,
                        ], atMost: 100)
                    Self.inject(faults, into: bus)
                    return faults
                } check: { faults in
                    for fault in Self.all { #expect(faults.injected(fault) > 0, "\(faults)") }
                }
            }
        }

        // MARK: Means

        /// How often a handler without a ledger is called for an event that meets it.
        private static func calls(with fault: Fault) -> Int {
            ["duplicate", "dropAck", "crashAfterCommit"].contains("\(fault)") ? 2 : 1
        }

        private static func planned(_ fault: Fault, in bus: Stage.Bus) throws -> FaultPoints {
            let faults = try FaultPoints()
            for victim in victims { faults.inject(fault, onDelivery: 1, of: "customer-\(victim)") }
            inject(faults, into: bus)
            return faults
        }

        private static func inject(_ faults: FaultPoints, into bus: Stage.Bus) {
            (bus as? RabbitMQEventBus)?.inject(faults)
            (bus as? InMemoryEventBus)?.inject(faults)
        }

        /// Parcels are counted in a ledger, and each has a receipt, which is counted at the desk.
        private static func withLedger(
            on stage: Stage, parcels: Int, _ inject: (Stage.Bus) throws -> FaultPoints,
            check: (FaultPoints) throws -> Void
        ) async throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "faults-\(UUIDv7())").path
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let service = try await stage.service(ladder: RetryLadder("50ms,50ms,50ms,50ms,50ms,50ms,50ms,50ms"))
            let desk = try await stage.service("desk", listensTo: [Receipt.routingKey])
            let ledger = try EventLedger(
                path: "\(folder)/parcels.db",
                migrations: [Migration("parcels-1", ["CREATE TABLE parcels (number INTEGER NOT NULL)"])],
                encoder: EventEncoder(source: "/test/depot"), logger: Logger(label: "faults"))
            ledger.on(Parcel.self) { parcel, transaction in
                try transaction.execute("INSERT INTO parcels (number) VALUES (?)", .int(Int64(parcel.number)))
                return [Receipt(number: parcel.number)]
            }
            let bus = stage.bus(service)
            ledger.attach(to: bus)
            let receipts = Calls()
            let deskBus = stage.bus(desk)
            deskBus.on(Receipt.self) { receipt, context in
                receipts.note(Parcel(receipt.number), context)
                return []
            }
            let faults = try inject(bus)
            try await stage.publish((0..<parcels).map { Parcel($0) })
            try await stage.running(bus, deskBus) {
                try await eventually("all is done", within: .seconds(30)) {
                    guard Set(receipts.numbers).count == parcels else { return false }
                    return try await stage.isDone(service)
                }
            }
            let numbers = try await ledger.read { transaction in
                try transaction.query("SELECT number FROM parcels ORDER BY number").map { try $0.int("number") }
            }
            #expect(numbers == Array(0..<parcels), "each once: \(faults)")
            #expect(receipts.numbers.sorted() == Array(0..<parcels), "one receipt each: \(faults)")
            #expect(try await stage.ready(service.deadQueue) == 0, "\(faults)")
            try check(faults)
            try ledger.close()
        }
    }
}
