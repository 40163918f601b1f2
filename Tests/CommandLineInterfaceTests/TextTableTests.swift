import CommandLineInterface
import Testing

@Suite struct TextTableTests {
    @Test func `columns are as wide as their widest text and lines end with it`() {
        var table = TextTable([("NAME", .left), ("COUNT", .right), ("NOTE", .left)])
        table.append(["speed", "7"])
        table.append(["a", "12345678", "x"])
        #expect(
            table.text == """
                NAME      COUNT  NOTE
                speed         7
                a      12345678  x

                """
        )
    }

    @Test func `a table without rows is its head`() {
        let table = TextTable([("A", .left), ("B", .right)])
        #expect(table.isEmpty && table.text == "A  B\n")
    }
}
