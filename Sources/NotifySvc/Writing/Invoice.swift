import ShopEvents

/// What an order's lines come to.
struct Invoice {
    struct Line {
        var sku: String
        var quantity: Int
        var unitPrice: String
        var total: String
    }

    let lines: [Line]
    let total: String

    /// - Throws: `amountTooLarge`: the numbers come from outside, and a sum that does not fit must not stop the process.
    init(_ order: OrderCreated) throws(MailError) {
        func money(_ minorUnits: Int) -> String {
            Money(minorUnits: minorUnits, currency: order.currency).description
        }

        var lines: [Line] = []
        var total = 0
        for line in order.lines {
            let price = line.unitPrice.multipliedReportingOverflow(by: line.quantity)
            let sum = total.addingReportingOverflow(price.partialValue)
            if price.overflow || sum.overflow { throw .amountTooLarge }
            total = sum.partialValue
            lines.append(
                Line(
                    sku: line.sku, quantity: line.quantity, unitPrice: money(line.unitPrice),
                    total: money(price.partialValue)))
        }
        self.lines = lines
        self.total = money(total)
    }

    /// In columns, for readers of plain text.
    var table: String {
        var table = TextTable()
        table.add("Item", "Quantity", "Unit price", "Total")
        for line in lines { table.add(BodyText.line(line.sku), "\(line.quantity)", line.unitPrice, line.total) }
        table.add("Total", "", "", total)
        return table.description
    }
}
