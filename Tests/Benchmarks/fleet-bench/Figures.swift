/// One figure of both servers.
struct Figure {
    enum Better { case more, less, neither }

    /// Stands after the subject's name in JSON and thresholds, e.g. `records_per_core_second`.
    let name: String
    /// What the table calls it, with its unit.
    let title: String
    let better: Better
    /// Digits after the point in the table.
    let digits: Int
    let ours: Double
    let anchor: Double

    /// Ours divided by that of c-anchor; nil when that is 0.
    var ratio: Double? { anchor > 0 ? ours / anchor : nil }
}

/// All figures of one subject.
struct Finding {
    let subject: Subject
    var figures: [Figure]
    /// What went wrong and did not stop the measurement.
    var remarks: [String] = []
}

/// What one subject came to for one server, over all rounds.
struct Tally {
    /// Records, or connections that were made.
    var count = 0
    var serverSeconds = 0.0
    var vehicleSeconds = 0.0
    var wallSeconds = 0.0
    var latencies: [Vehicles.Outcome] = []
    var startSeconds: [Double] = []
    /// Of the disk alone, without any server.
    var syncSeconds: [Double] = []
    var bytesPerConnection: [Double] = []
    var remarks: [String] = []

    /// Per second of CPU time of the server.
    var perCoreSecond: Double { serverSeconds > 0 ? Double(count) / serverSeconds : 0 }
    var perWallSecond: Double { wallSeconds > 0 ? Double(count) / wallSeconds : 0 }
    var serverPercent: Double { wallSeconds > 0 ? serverSeconds / wallSeconds * 100 : 0 }
    var vehiclePercent: Double { wallSeconds > 0 ? vehicleSeconds / wallSeconds * 100 : 0 }
    var coreSecondsPer100000: Double { count > 0 ? serverSeconds / Double(count) * 100_000 : 0 }

    func latency(_ quantile: (Vehicles.Outcome) -> Double) -> Double { median(latencies.map(quantile)) }
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
