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

    @Test func theHeadingIsPaintedAndWhatHasATone() {
        var table = Table(.init("STATUS", hasTone: true), .init("N", .right, hasTone: true), .init("NOTE"))
        table.add("shipped", "missing", "failed")
        table.add("lost", "1", "")
        #expect(
            table.lines(Style(isOn: true)) == [
                "\u{1B}[1mSTATUS         N  NOTE\u{1B}[0m",
                "\u{1B}[32mshipped\u{1B}[0m  \u{1B}[31mmissing\u{1B}[0m  failed",
                "lost           1",
            ])
        #expect(table.lines().allSatisfy { !$0.contains("\u{1B}") })
    }

    @Test func paintTakesNoRoom() {
        var table = Table(.init("ORDER"), .init("STATUS", hasTone: true), .init("LINES"))
        for status in ["placed", "shipped", "cancelled", "failed: no mail server", "waiting", ""] {
            table.add("o-1", status, "MUG")
        }
        let painted = table.lines(Style(isOn: true)).map { line in
            ["0", "1", "2", "31", "32"].reduce(line) { $0.replacing("\u{1B}[\($1)m", with: "") }
        }
        #expect(painted == table.lines())
        #expect(table.lines(Style(isOn: true)) != table.lines())
    }

    @Test(arguments: [
        ("", 0), ("MUG", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ｱ", 1), ("Ａ", 2), ("한", 2),
        ("\u{1112}\u{1161}\u{11AB}", 2),
        ("☕", 2), ("❤", 1), ("❤\u{FE0F}", 2), ("👩‍👩‍👧", 2), ("👍🏽", 2), ("🇳🇱", 2), ("a\u{200B}b", 2), ("\u{FFFD}", 1),
    ])
    func cells(_ text: String, _ width: Int) {
        #expect(CellWidth.of(text) == width)
    }

    @Test func wideTextKeepsTheColumns() {
        var table = Table(.init("NAME"), .init("COUNT", .right))
        for name in ["Ann", "日本", "☕", "Zoe\u{308}"] { table.add(name, "1") }
        #expect(
            table.lines() == [
                "NAME  COUNT", "Ann       1", "日本      1", "☕        1", "Zoe\u{308}       1",
            ])
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
