package import Dispatching
package import Observability

/// The dispatchers that this build contains. A new one is a folder, a line here, and a test.
package enum DispatcherCatalog {
    package static let builtIn: [any DispatcherSettings.Type] = [
        LoggerSettings.self,
        FileSettings.self,
        QueueSettings.self,
        HTTPSettings.self,
    ]

    /// The kinds of ``builtIn``, for messages.
    package static var kinds: [String] { builtIn.map { $0.kind } }

    /// The settings that a dispatcher of this name is made from; nil when this build has no such kind.
    package static func settingsType(of name: DispatcherName) -> (any DispatcherSettings.Type)? {
        builtIn.first { $0.kind == name.kind }
    }

    /// Makes the dispatchers that the names ask for.
    ///
    /// - Parameters:
    ///   - names: as they stand in `records`.
    ///   - settings: of the built-in ones, by name.
    ///   - custom: those that the embedding program brings; used where a name asks for one.
    package static func makeDispatchers(
        _ names: Set<DispatcherName>,
        settings: [DispatcherName: any DispatcherSettings],
        custom: [CustomDispatcher] = [],
        context: DispatcherContext
    ) throws(DispatcherCatalogError) -> [DispatcherName: any Dispatcher] {
        var customByName: [DispatcherName: any Dispatcher] = [:]
        for entry in custom {
            guard settingsType(of: entry.name) == nil else { throw .customHidesBuiltIn(entry.name) }
            guard customByName.updateValue(entry.dispatcher, forKey: entry.name) == nil else {
                throw .repeatedCustom(entry.name)
            }
        }
        var dispatchers: [DispatcherName: any Dispatcher] = [:]
        for name in names.sorted(by: { $0.text < $1.text }) {
            if let dispatcher = customByName[name] {
                dispatchers[name] = dispatcher
                continue
            }
            guard let type = settingsType(of: name) else { throw .unknown(name) }
            guard let settings = settings[name] else { throw .unconfigured(name) }
            guard Swift.type(of: settings) == type else { throw .settingsOfOtherKind(name) }
            dispatchers[name] = view(settings.makeDispatcher(context), name, settings, context.metrics)
        }
        return dispatchers
    }

    /// The dispatcher with the view that its section asks for; itself when that asks for none.
    package static func view(
        _ dispatcher: any Dispatcher,
        _ name: DispatcherName,
        _ settings: any DispatcherSettings,
        _ metrics: MetricRegistry
    ) -> any Dispatcher {
        let viewed = ViewedDispatcher(
            dispatcher,
            values: settings.values,
            location: settings.location,
            meters: ViewMeters(metrics, name)
        )
        return viewed ?? dispatcher
    }
}

/// A dispatcher that an embedding program brings, under the name that `records` uses for it.
package struct CustomDispatcher: Sendable {
    package let name: DispatcherName
    package let dispatcher: any Dispatcher

    /// - Parameter name: not of a kind that this build has itself.
    package init(name: DispatcherName, dispatcher: any Dispatcher) {
        self.name = name
        self.dispatcher = dispatcher
    }
}

/// Why dispatchers can't be made.
package enum DispatcherCatalogError: Error, Sendable, Hashable {
    /// Neither built in nor brought by the program.
    case unknown(DispatcherName)
    /// Built in, and its settings are missing.
    case unconfigured(DispatcherName)
    /// The settings given are of another kind than the name says.
    case settingsOfOtherKind(DispatcherName)
    /// A program's dispatcher has a name of a kind that is built in.
    case customHidesBuiltIn(DispatcherName)
    /// Two of a program's dispatchers have the same name.
    case repeatedCustom(DispatcherName)
}

extension DispatcherName {
    /// What stands before the colon: `http` of `http:home`.
    package var kind: String {
        String(text.prefix { $0 != ":" })
    }

    /// What stands behind the colon: `home` of `http:home`; empty without one.
    package var endpoint: String {
        String(text.drop { $0 != ":" }.dropFirst())
    }
}
