/// What a simulated vehicle is doing.
enum Activity: Sendable, Hashable {
    case parked
    case driving
    case charging
}

/// A simulated vehicle's physics, advanced half a second at a time. Rough, but never impossible: speed changes no
/// faster than a car's, the place moves as the speed says, energy goes where it is used.
struct VehicleState: Sendable {
    /// One step of the vehicle's clock: vehicles collect changes in buckets of 500 ms.
    static let stepsPerSecond = 2
    /// Usable energy of the battery in kWh.
    static let capacity = 69.0

    var activity: Activity
    /// Steps since the vehicle started.
    var step = 0
    /// Steps since the activity began.
    var activityStep = 0

    var latitude: Double
    var longitude: Double
    /// Degrees, clockwise from north.
    var heading: Double
    /// Whole kilometres per hour, as the drive computer counts.
    var speed = 0
    var targetSpeed = 0
    /// Degrees per second.
    var turning = 0.0
    /// Kilometres.
    var odometer: Double
    /// kWh left in the battery.
    var energy: Double
    /// kWh since this charge began.
    var chargedEnergy = 0.0
    /// kW into the battery; below zero while driving.
    var power = 0.0
    /// kW that a charger delivers at most.
    var chargerPower: Double
    /// Degrees Celsius.
    var cabin: Double
    var outside: Double
    var module: Double
    /// Bar, cold, for the four wheels.
    var pressures: SIMD4<Double>
    var isLocked = true
    var areDoorsOpen = false
    var random: SeededNumbers

    init(activity: Activity, random: SeededNumbers) {
        self.activity = activity
        self.random = random
        latitude = self.random.decimal(in: 47.6...53.4)
        longitude = self.random.decimal(in: 7.8...13.2)
        heading = self.random.decimal(in: 0...359.9)
        odometer = self.random.decimal(in: 900...160_000)
        energy = Self.capacity * self.random.decimal(in: activity == .charging ? 0.12...0.45 : 0.5...0.92)
        chargerPower = self.random.oncePer(3) ? self.random.decimal(in: 60...170) : 11
        outside = self.random.decimal(in: -6...24).rounded()
        cabin = outside + self.random.decimal(in: 0...8)
        module = outside + self.random.decimal(in: 4...14)
        pressures = SIMD4(2.9, 2.9, 2.85, 2.85)
    }

    var charge: Double { energy / Self.capacity }
    var isFastCharging: Bool { activity == .charging && chargerPower > 22 }
    /// Volt.
    var packVoltage: Double { 320 + 78 * charge + power * 0.08 }
    /// Ampere; below zero when energy leaves the battery.
    var packCurrent: Double { power * 1000 / packVoltage }

    mutating func begin(_ activity: Activity) {
        self.activity = activity
        activityStep = 0
        chargedEnergy = 0
        speed = 0
        targetSpeed = 0
        turning = 0
    }

    mutating func advance() {
        step += 1
        activityStep += 1
        let hours = 1 / Double(Self.stepsPerSecond * 3600)
        switch activity {
        case .driving: drive(hours)
        case .charging: charge(hours)
        case .parked: power = -0.25
        }
        energy = min(max(energy + power * hours, 0.02 * Self.capacity), Self.capacity)
        if random.oncePer(20) { drift() }
        isLocked = activity == .parked && activityStep > 20
        areDoorsOpen = activity == .parked && (6...16).contains(activityStep)
    }

    private mutating func drive(_ hours: Double) {
        if activityStep == 1 || random.oncePer(60) {
            targetSpeed = [0, 30, 30, 50, 50, 50, 70, 100, 120, 130][random.number(in: 0...9)]
            turning = random.decimal(in: -1...1)
        }
        let difference = targetSpeed - speed
        // At most 7 km/h more or 9 km/h less in half a second, and the hand on the wheel is never quite still.
        let wobble = speed > 5 && random.oncePer(2) ? random.number(in: -1...1) : 0
        speed = max(0, speed + min(max(difference, -9), random.number(in: 3...7)) + wobble)
        if random.oncePer(12) { turning = random.decimal(in: -1...1) * (speed > 80 ? 1.2 : 8) }
        let isMoving = speed > 0
        heading = (heading + (isMoving ? turning / Double(Self.stepsPerSecond) : 0) + 360)
            .truncatingRemainder(dividingBy: 360)
        move(kilometres: Double(speed) * hours)
        let acceleration = Double(min(max(difference, -9), 7))
        power = -(0.6 + 0.11 * Double(speed) + 0.00001 * Double(speed * speed * speed)) - acceleration * 3
    }

    private mutating func move(kilometres: Double) {
        guard kilometres > 0 else { return }
        odometer += kilometres
        // A sphere of 111.19 km per degree will do; a turn back keeps the vehicle where there are roads.
        latitude += kilometres / 111.19 * Trigonometry.cosine(degrees: heading)
        longitude +=
            kilometres / (111.19 * Trigonometry.cosine(degrees: latitude)) * Trigonometry.sine(degrees: heading)
        if !(47.0...54.0).contains(latitude) || !(7.0...14.0).contains(longitude) {
            heading = (heading + 180).truncatingRemainder(dividingBy: 360)
            latitude = min(max(latitude, 47.0), 54.0)
            longitude = min(max(longitude, 7.0), 14.0)
        }
    }

    private mutating func charge(_ hours: Double) {
        guard activityStep > 8, charge < chargeLimit else {
            power = 0
            return
        }
        // A battery takes less the fuller it is.
        let taper = charge < 0.55 ? 1 : max(0.12, 1 - (charge - 0.55) * 1.9)
        let wanted = isFastCharging ? chargerPower * taper : chargerPower
        power += min(max(wanted - power, -6), 6)
        chargedEnergy += power * hours
    }

    /// Where charging ends, as a share of the battery.
    let chargeLimit = 0.8

    private mutating func drift() {
        let warm = activity == .parked ? outside : 21.5
        cabin += (warm - cabin) * 0.03 + random.decimal(in: -0.08...0.08)
        let load = activity == .parked ? outside : 31
        module += (load - module) * 0.02
        if random.oncePer(40) { outside += random.oncePer(2) ? 0.5 : -0.5 }
        let wheel = random.number(in: 0...3)
        let target = activity == .driving ? 3.1 : 2.85
        pressures[wheel] += (target - pressures[wheel]) * 0.2
    }
}
