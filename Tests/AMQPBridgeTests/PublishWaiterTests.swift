import Testing

@testable import AMQPBridge

@Suite("Who waits for a confirm", .timeLimit(.minutes(1)))
struct PublishWaiterTests {
    @Test("a continuation tells which task it is, and whether that was cancelled")
    func task() async {
        let (isCurrent, before, after) = await Task {
            var answers = (false, true, false)
            let _: PublishOutcome = await withUnsafeContinuation { continuation in
                let task = PublishingTask(of: continuation)
                answers.0 = task.isCurrent
                answers.1 = PublishWaiter.single(continuation).isCancelled
                withUnsafeCurrentTask { $0?.cancel() }
                answers.2 = PublishWaiter.single(continuation).isCancelled
                continuation.resume(returning: .nacked)
            }
            return answers
        }.value
        #expect(isCurrent)
        #expect(!before)
        #expect(after)
    }

    @Test("another task's continuation is not this task")
    func otherTask() async {
        let (tasks, stream) = AsyncStream.makeStream(of: PublishingTask.self)
        async let waiting: Void = withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            stream.yield(PublishingTask(of: continuation))
            continuation.resume()
        }
        for await task in tasks {
            #expect(!task.isCurrent)
            break
        }
        await waiting
    }

    @Test("a batch keeps what each of its publishings had first")
    func batch() async {
        let outcomes = await withUnsafeContinuation { continuation in
            let batch = PublishBatch(count: 6)
            batch.start(continuation)
            batch.resolve(1..<2, .unroutable)
            batch.resolve(0..<3, .confirmed)
            batch.resolve(3..<5, .nacked)
            batch.resolve(4..<6, .confirmed)
        }
        #expect(outcomes.map(PlainOutcome.init) == [.confirmed, .unroutable, .confirmed, .nacked, .nacked, .confirmed])
    }
}
