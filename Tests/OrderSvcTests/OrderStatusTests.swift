import Testing

@testable import OrderSvc

@Suite("An order's status", .timeLimit(.minutes(1)))
struct OrderStatusTests {
    private static let news: [OrderStatus.News] = [
        .stockTaken, .stockRefused, .shipmentStarted, .shipmentCancelled, .cancellationRefused,
    ]

    @Test func everyTransition() {
        let allowed: [OrderStatus: [OrderStatus?]] = [
            .placed: [.confirmed, .rejected, .shipped, .cancelled, nil],
            .confirmed: [nil, nil, .shipped, .cancelled, nil],
            .shipped: [nil, nil, nil, nil, nil],
            .rejected: [nil, nil, nil, nil, nil],
            .cancelled: [nil, nil, nil, nil, nil],
        ]
        for status in OrderStatus.allCases {
            #expect(Self.news.map { status.after($0) } == allowed[status], "\(status)")
        }
    }

    /// Whatever arrives, in whatever order and however often: a terminal status stays.
    @Test func theFirstTerminalStatusStays() {
        for first in Self.news {
            for second in Self.news {
                for third in Self.news {
                    var status = OrderStatus.placed
                    var terminal: OrderStatus?
                    for news in [first, second, third] {
                        status = status.after(news) ?? status
                        if let terminal { #expect(status == terminal) }
                        if status.isTerminal { terminal = status }
                    }
                }
            }
        }
    }
}
