import DequeModule

/// The messages of a queue that wait for a consumer, in the order in which they will be delivered.
struct ReadyMessages {
    /// A quorum queue delivers what came back before anything else, in the order in which it came back. A classic queue
    /// puts it where it was.
    let returnsFirst: Bool
    private var returned: Deque<InMemoryMessage> = []
    private var messages: Deque<InMemoryMessage> = []

    init(returnsFirst: Bool) { self.returnsFirst = returnsFirst }

    var count: Int { returned.count + messages.count }
    var isEmpty: Bool { returned.isEmpty && messages.isEmpty }
    var first: InMemoryMessage? { returned.first ?? messages.first }
    var all: [InMemoryMessage] { Array(returned) + Array(messages) }

    mutating func append(_ message: InMemoryMessage) { messages.append(message) }

    mutating func popFirst() -> InMemoryMessage? { returned.popFirst() ?? messages.popFirst() }

    mutating func putBack(_ message: InMemoryMessage) {
        guard !returnsFirst else { return returned.append(message) }
        // What came back was near the front.
        let index = messages.firstIndex { $0.position > message.position } ?? messages.endIndex
        messages.insert(message, at: index)
    }

    mutating func removeAll(where isGone: (InMemoryMessage) -> Bool) {
        returned.removeAll(where: isGone)
        messages.removeAll(where: isGone)
    }
}
