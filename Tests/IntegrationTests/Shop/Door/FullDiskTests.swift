import AMQPBridge
import ShopRunning
import Testing

@Suite("Orders over HTTP, and a disk that is full", .timeLimit(.minutes(1)))
struct FullDiskTests {
    private static let canMount = SmallDisk.obstacle() == nil

    @Test(
        "503 and when to come again, nothing half stored, reads go on; with room the same order is taken",
        .enabled(if: canMount))
    func full() async throws {
        try await OrderDoor.with(wrapper: SmallDisk.wrapper(8)) { door in
            let disk = SmallDisk(of: door.process)
            let before = UUIDv7().description
            let first = try await door.ask("POST", "/orders", body: OrderDoor.order(before))
            #expect(first.status == 202)
            try disk.fill()
            let refused = try await refusal(door)
            for path in ["/orders/\(before)", "/orders"] { #expect(try await door.ask("GET", path).status == 200) }
            #expect(try await door.ask("GET", "/orders/\(refused)").status == 404, "it is not half stored")
            try disk.free()
            try await waitFor("the same order to be taken") { try await place(refused, door).status == 202 }
            #expect(try await door.ask("GET", "/orders/\(refused)").status == 200)
        }
    }

    private func place(_ id: String, _ door: OrderDoor) async throws -> RawAnswer {
        try await door.ask("POST", "/orders", ["Idempotency-Key: \(id)"], body: OrderDoor.order(id))
    }

    /// Places orders until one is refused, and returns its id: what was freed inside the database still takes a few.
    private func refusal(_ door: OrderDoor) async throws -> String {
        try await waitFor("an order that is refused", every: .zero) {
            let id = UUIDv7().description
            let answer = try await place(id, door)
            guard answer.status != 202 else { return nil }
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] == "5")
            let reason = try #require(answer.problem, "\(answer)")
            #expect(reason == "nothing can be read or stored at the moment; /health/ready says why")
            return id
        }
    }
}
