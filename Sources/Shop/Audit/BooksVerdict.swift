import ShopEvents

/// One reading of the books, counted.
struct BooksVerdict: Equatable {
    /// The sum of the next six, of which every order is in exactly one.
    var orders = 0
    var shipped = 0
    var rejected = 0
    var cancelled = 0
    /// Not at its end, and nothing of it was given up.
    var inFlight = 0
    /// Not at its end, and an event of it was given up.
    var parked = 0
    /// The order service does not know it; whether it is lost or on its way only a second reading tells.
    var unknown = 0
    var emails = 0
    /// By order and product.
    var problems: [BooksProblem] = []

    init(_ books: Books) {
        emails = books.emails
        for (id, facts) in books.orders {
            let judge = OrderJudge(id: id, facts: facts, busy: books.busy)
            guard judge.isOrder else { continue }
            count(facts)
            problems += judge.problems
        }
        problems.sort { ($0.orderID ?? "", $0.problem) < ($1.orderID ?? "", $1.problem) }
        problems += books.stockProblems
    }

    private mutating func count(_ facts: OrderFacts) {
        orders += 1
        switch facts.status {
        case .shipped: shipped += 1
        case .rejected: rejected += 1
        case .cancelled: cancelled += 1
        case .placed, .confirmed: if facts.isParked { parked += 1 } else { inFlight += 1 }
        case nil: if facts.isPlacingParked, !facts.hasEffect { parked += 1 } else { unknown += 1 }
        }
    }
}

extension Books {
    /// What is wrong with the stock, by product.
    fileprivate var stockProblems: [BooksProblem] {
        let strangers = taken.keys.filter { stock[$0] == nil && taken[$0] != 0 }.map {
            BooksProblem(.contradiction, sku: $0, "orders took \(taken[$0] ?? 0), but there is no such product")
        }
        let wrong = stock.values.flatMap { product in
            var problems: [BooksProblem] = []
            func add(_ problem: String) { problems.append(BooksProblem(.contradiction, sku: product.sku, problem)) }
            if product.onHand < 0 { add("\(product.onHand) on hand") }
            if product.onHand &+ product.taken != product.adjusted {
                add("\(product.onHand) on hand and \(product.taken) taken, but \(product.adjusted) were ever put there")
            }
            let byOrders = taken[product.sku] ?? 0
            if product.taken != byOrders { add("\(product.taken) taken, but \(byOrders) by the orders' decisions") }
            return problems
        }
        return (strangers + wrong).sorted { ($0.sku ?? "", $0.problem) < ($1.sku ?? "", $1.problem) }
    }
}
