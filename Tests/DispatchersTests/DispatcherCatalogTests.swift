import Dispatchers
import Dispatching
import Observability
import Testing

@Suite struct DispatcherCatalogTests {
    private let context = DispatcherContext(log: .silent, metrics: MetricRegistry())
    private let queue = DispatcherName("queue")
    private let own = DispatcherName("own")

    private func make(
        _ names: Set<DispatcherName>,
        _ settings: [DispatcherName: any DispatcherSettings] = [:],
        custom: [CustomDispatcher] = []
    ) throws -> [DispatcherName: any Dispatcher] {
        try DispatcherCatalog.makeDispatchers(names, settings: settings, custom: custom, context: context)
    }

    @Test func `every kind is listed once`() {
        #expect(DispatcherCatalog.kinds == ["logger", "file", "queue", "http"])
        #expect(DispatcherCatalog.settingsType(of: DispatcherName("file:archive")) == FileSettings.self)
        #expect(DispatcherCatalog.settingsType(of: DispatcherName("File")) == nil)
    }

    @Test func `dispatchers are made from their settings`() throws {
        let archive = DispatcherName("file:archive")
        let made = try make(
            [DispatcherName("logger"), archive, queue],
            [DispatcherName("logger"): LoggerSettings(), archive: FileSettings(), queue: QueueSettings()]
        )
        #expect(made[DispatcherName("logger")] is LoggerDispatcher)
        #expect(made[archive] is FileDispatcher)
        #expect(made[queue] is QueueDispatcher)
    }

    @Test func `a program's own dispatcher goes by its name`() throws {
        let dispatcher = QueueDispatcher()
        let made = try make([own], custom: [CustomDispatcher(name: own, dispatcher: dispatcher)])
        #expect(made[own] as? QueueDispatcher === dispatcher)
        #expect(try make([], custom: [CustomDispatcher(name: own, dispatcher: dispatcher)]).isEmpty)
    }

    @Test func `names that can't be served are refused`() {
        let twice = (0..<2).map { _ in CustomDispatcher(name: own, dispatcher: QueueDispatcher()) }
        let file: [DispatcherName: any DispatcherSettings] = [queue: FileSettings()]
        #expect(throws: DispatcherCatalogError.unknown(own)) { try make([own]) }
        #expect(throws: DispatcherCatalogError.unconfigured(queue)) { try make([queue]) }
        #expect(throws: DispatcherCatalogError.settingsOfOtherKind(queue)) { try make([queue], file) }
        #expect(throws: DispatcherCatalogError.repeatedCustom(own)) { try make([own], custom: twice) }
        #expect(throws: DispatcherCatalogError.customHidesBuiltIn(queue)) {
            try make([queue], custom: [CustomDispatcher(name: queue, dispatcher: QueueDispatcher())])
        }
    }
}
