import Testing

@testable import Shop

@Suite("Text for people")
struct TextTests {
    @Test func columnsAreAligned() {
        var table = Table(.init("NAME"), .init("COUNT", .right), .init("NOTE"))
        table.add("a", "1", "short")
        table.add("longer", "12345678", "")
        table.add("é", "x")
        #expect(
            table.lines() == [
                "NAME       COUNT  NOTE",
                "a              1  short",
                "longer  12345678",
                "é              x",
            ])
    }

    @Test func aTableWithoutRowsIsItsHeading() {
        #expect(Table(.init("A"), .init("B", .right)).lines() == ["A  B"])
    }

    @Test func cellsCannotMoveTheCursor() {
        var table = Table(.init("A"))
        table.add("x\u{1B}[2J\ny")
        #expect(table.lines().last == "x\u{FFFD}[2J\u{FFFD}y")
    }

    @Test func onlyTheHeadingIsPainted() {
        var table = Table(.init("A"))
        table.add("x")
        #expect(table.lines(Style(isOn: true)) == ["\u{1B}[1mA\u{1B}[0m", "x"])
        #expect(Style(isOn: false).bad("x") == "x")
    }

    @Test(arguments: [
        (0, 10, "[----------] 0/10"), (1, 10, "[#---------] 1/10"), (9, 10, "[#########-] 9/10"),
        (10, 10, "[##########] 10/10"), (11, 10, "[##########] 10/10"), (-1, 10, "[----------] 0/10"),
        (999, 1000, "[#########-] 999/1000"), (0, 0, "[##########] 0/0"),
    ])
    func progress(_ done: Int, _ total: Int, _ expected: String) {
        #expect(ProgressBar.text(done: done, total: total, width: 10) == expected)
    }

    @Test func jsonIsOneLineWhateverIsInIt() throws {
        let row = StockRow(sku: "a/\"\n\u{1}é", onHand: 1, taken: 0)
        #expect(try JSONLine.text(row) == #"{"on_hand":1,"sku":"a/\"\n\u0001é","taken":0}"#)
    }
}
