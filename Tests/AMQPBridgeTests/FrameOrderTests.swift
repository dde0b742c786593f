import Testing

@testable import AMQPBridge

/// Every sequence of up to five frames, against a model of the grammar in AMQP 0-9-1, 4.2.6.
@Suite("Only the protocol's order of frames is taken", .timeLimit(.minutes(2)))
struct FrameOrderTests {
    @Test("all sequences of five frames are taken or refused as the grammar says")
    func everySequence() {
        var sequences = 0
        explore(FrameAssembler(channel: 1, maxBodySize: 100, epoch: 1), Grammar(), path: [], sequences: &sequences)
        #expect(sequences > 10_000)
    }

    private func explore(_ assembler: FrameAssembler, _ grammar: Grammar, path: [Piece], sequences: inout Int) {
        guard path.count < 5 else { return }
        for piece in Piece.allCases {
            var assembler = assembler
            var grammar = grammar
            let wanted = grammar.accept(piece)
            let got = Step(taking: piece, assembler: &assembler)
            sequences += 1
            if got != wanted { Issue.record("\(path + [piece]): wanted \(wanted), got \(got)") }
            // After a violation the connection is over, so nothing follows it.
            if wanted != .violation { explore(assembler, grammar, path: path + [piece], sequences: &sequences) }
        }
    }
}

private enum Piece: CaseIterable {
    case deliver, returned, ack, channelClose, otherChannel, connectionMethod, heartbeat
    case emptyHeader, headerOfTwo, bodyOfOne, bodyOfTwo
}

/// What one frame brings.
private enum Step: Equatable {
    case nothing, delivery(bytes: Int), returned, method, heartbeat, violation

    init(taking piece: Piece, assembler: inout FrameAssembler) {
        do {
            self =
                switch try Self.feed(piece, &assembler) {
                case nil: .nothing
                case .delivery(let delivery)?: .delivery(bytes: delivery.body.count)
                case .returned?: .returned
                case .method?: .method
                case .heartbeat?: .heartbeat
                }
        } catch {
            self = (error as? AMQPError)?.code == .protocolViolation ? .violation : .nothing
        }
    }

    private static func feed(_ piece: Piece, _ assembler: inout FrameAssembler) throws -> FrameAssembler.Output? {
        let none = MessageProperties()
        switch piece {
        case .deliver: return try assembler.accept(.method(channel: 1, .sampleDeliver))
        case .returned: return try assembler.accept(.method(channel: 1, .sampleReturn))
        case .ack: return try assembler.accept(.method(channel: 1, .ack(tag: 1, multiple: true)))
        case .channelClose:
            return try assembler.accept(.method(channel: 1, .channelClose(replyCode: 404, replyText: "")))
        case .otherChannel: return try assembler.accept(.method(channel: 2, .sampleDeliver))
        case .connectionMethod: return try assembler.accept(.method(channel: 0, .unblocked))
        case .heartbeat: return try assembler.accept(.heartbeat)
        case .emptyHeader: return try assembler.accept(.header(channel: 1, bodySize: 0, properties: none))
        case .headerOfTwo: return try assembler.accept(.header(channel: 1, bodySize: 2, properties: none))
        case .bodyOfOne: return try assembler.acceptBody([1])
        case .bodyOfTwo: return try assembler.acceptBody([1, 2])
        }
    }
}

/// The grammar, written as plainly as it can be: content is one method, one header, then the announced bytes.
private struct Grammar {
    private enum Content { case delivery, returned }

    private var content: Content?
    private var missing: Int?

    mutating func accept(_ piece: Piece) -> Step {
        switch piece {
        case .heartbeat: .heartbeat
        case .connectionMethod: .method
        case .otherChannel: .violation
        case .channelClose: reset(.method)
        case .deliver: begin(.delivery)
        case .returned: begin(.returned)
        case .ack: content == nil ? .method : .violation
        case .emptyHeader: header(0)
        case .headerOfTwo: header(2)
        case .bodyOfOne: body(1)
        case .bodyOfTwo: body(2)
        }
    }

    private mutating func begin(_ new: Content) -> Step {
        guard content == nil else { return .violation }
        content = new
        return .nothing
    }

    private mutating func header(_ size: Int) -> Step {
        guard content != nil, missing == nil else { return .violation }
        missing = size
        return size == 0 ? finish(bytes: 0) : .nothing
    }

    private mutating func body(_ size: Int) -> Step {
        guard let missing, size <= missing else { return .violation }
        self.missing = missing - size
        return size == missing ? finish(bytes: 2) : .nothing
    }

    private mutating func finish(bytes: Int) -> Step {
        reset(content == .delivery ? .delivery(bytes: bytes) : .returned)
    }

    private mutating func reset(_ step: Step) -> Step {
        content = nil
        missing = nil
        return step
    }
}
