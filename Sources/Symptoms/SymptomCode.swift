/// The name of one symptom: what log lines, errors, findings and the documentation call it.
///
/// A code never changes its meaning and is never given to another symptom, because people search for it.
package enum SymptomCode: String, Sendable, Hashable, CaseIterable {
    // MARK: TLS: the handshake, and the server's own certificate

    case certificateRefusedByPeer = "FT-TLS-001"
    case authorityUnknownToVehicle = "FT-TLS-002"
    case noClientCertificate = "FT-TLS-003"
    case handshakeBrokenOff = "FT-TLS-004"
    case plainHTTPOnTLSPort = "FT-TLS-005"
    case tlsEndedByProxy = "FT-TLS-006"
    case certificateDependsOnName = "FT-TLS-007"
    case vehiclesStoppedAtOnce = "FT-TLS-008"
    case clientCertificateRefused = "FT-TLS-009"
    case certificateExpired = "FT-TLS-010"
    case certificateNotYetValid = "FT-TLS-011"
    case certificateExpiresSoon = "FT-TLS-012"
    case hostNotInCertificate = "FT-TLS-013"
    case certificateNamesNoHost = "FT-TLS-014"
    case keyOfAnotherCertificate = "FT-TLS-015"
    case keyUnreadable = "FT-TLS-016"
    case keyEncrypted = "FT-TLS-017"
    case certificateFileUnusable = "FT-TLS-018"
    case keyTooWeak = "FT-TLS-019"
    case signatureTooWeak = "FT-TLS-020"
    case certificateNotForServers = "FT-TLS-021"
    case leafNotFirst = "FT-TLS-022"
    case chainOutOfOrder = "FT-TLS-023"
    case intermediateMissing = "FT-TLS-024"
    case leafSelfSigned = "FT-TLS-025"
    case clientCertificateNotRequested = "FT-TLS-026"
    case acceptableAuthoritiesExcludeVehicles = "FT-TLS-027"
    case noCommonProtocol = "FT-TLS-028"
    case portSpeaksNoTLS = "FT-TLS-029"
    case keyReadableByAll = "FT-TLS-030"
    case certificatesNotReloaded = "FT-TLS-031"
    case oldCertificateServed = "FT-TLS-032"
    case clientCertificateWithoutClientUsage = "FT-TLS-033"
    case handshakeTimedOut = "FT-TLS-034"

    // MARK: CA: the authorities that vehicles are given, and those that vehicles are verified against

    case authorityTextIsPath = "FT-CA-001"
    case authorityTextUnusable = "FT-CA-002"
    case authorityLacksIntermediate = "FT-CA-003"
    case authorityLacksRoot = "FT-CA-004"
    case authorityOfAnother = "FT-CA-005"
    case authorityIsLeaf = "FT-CA-006"
    case authorityExpired = "FT-CA-007"
    case clientAuthoritiesMissing = "FT-CA-010"
    case bundleNotPinned = "FT-CA-011"
    case bundleEntryExpired = "FT-CA-012"
    case bundleIncomplete = "FT-CA-013"
    case bundleNotOfTesla = "FT-CA-014"

    // MARK: NET: names, addresses, ports, and what stands between

    case nameNotFound = "FT-NET-001"
    case addressPrivate = "FT-NET-002"
    case connectionRefused = "FT-NET-003"
    case unreachable = "FT-NET-004"
    case ipv6NotServed = "FT-NET-005"
    case closedWithoutTLS = "FT-NET-006"
    case upgradeRefused = "FT-NET-007"
    case pathNotFound = "FT-NET-008"
    case gatewayAnswer = "FT-NET-009"
    case clockWrong = "FT-NET-010"
    case unreachableFromOutside = "FT-NET-011"

    // MARK: CFG: the configuration file

    case configurationUnreadable = "FT-CFG-001"
    case configurationSyntax = "FT-CFG-002"
    case unknownKey = "FT-CFG-003"
    case deadKey = "FT-CFG-004"
    case wrongType = "FT-CFG-005"
    case settingMissing = "FT-CFG-006"
    case valueNotAllowed = "FT-CFG-007"
    case settingsContradict = "FT-CFG-008"
    case restartNeeded = "FT-CFG-009"
    case notReloaded = "FT-CFG-010"
    case vehicleListUnusable = "FT-CFG-011"
    case rateLimitPanic = "FT-CFG-012"
    case pathUnusable = "FT-CFG-013"
    case secretReadableByAll = "FT-CFG-014"
    case settingWithoutEffect = "FT-CFG-015"

    // MARK: VEH: the vehicle's configuration, its keys, and whom the server lets in

    case notSigned = "FT-VEH-001"
    case signatureUnknownIssuer = "FT-VEH-002"
    case wrongCurve = "FT-VEH-003"
    case signatureNotVerified = "FT-VEH-004"
    case configNull = "FT-VEH-005"
    case limitReached = "FT-VEH-006"
    case keyNotPaired = "FT-VEH-007"
    case unsupportedFirmware = "FT-VEH-008"
    case unsupportedHardware = "FT-VEH-009"
    case transferRateTooHigh = "FT-VEH-010"
    case unknownField = "FT-VEH-011"
    case vehicleNotFound = "FT-VEH-012"
    case notSynced = "FT-VEH-013"
    case acceptedAndSilent = "FT-VEH-014"
    case accessDenied = "FT-VEH-015"
    case registrationFailed = "FT-VEH-016"
    case billingLimit = "FT-VEH-017"
    case upstreamError = "FT-VEH-018"
    case portAsText = "FT-VEH-019"
    case hostUnusable = "FT-VEH-020"
    case publicKeyNotServed = "FT-VEH-021"
    case publicKeyOfAnotherPair = "FT-VEH-022"
    case wrongRegion = "FT-VEH-023"
    case configExpired = "FT-VEH-024"
    case stoppedSilently = "FT-VEH-025"
    case vehicleNotAllowed = "FT-VEH-026"
    case vehicleDenied = "FT-VEH-027"
    case issuerProvesNoVehicle = "FT-VEH-028"
    case usageProvesNoVehicle = "FT-VEH-029"
    case usageExcluded = "FT-VEH-030"

    // MARK: DATA: records that are missing, wrong, or refused

    case connectedAndSilent = "FT-DATA-001"
    case gaps = "FT-DATA-002"
    case valuesAreText = "FT-DATA-003"
    case valueInvalid = "FT-DATA-004"
    case chargeStateOld = "FT-DATA-005"
    case valueUnrecognized = "FT-DATA-006"
    case duplicates = "FT-DATA-007"
    case createdInFuture = "FT-DATA-008"
    case milesNotKilometres = "FT-DATA-009"
    case versionNotInstalled = "FT-DATA-010"
    case connectedTwice = "FT-DATA-011"
    case zeroVanishes = "FT-DATA-012"
    case recordUnreadable = "FT-DATA-013"
    case recordTooBig = "FT-DATA-014"
    case senderMismatch = "FT-DATA-015"
    case rateLimited = "FT-DATA-016"
    case recordNotAcknowledged = "FT-DATA-017"
    case webSocketBroken = "FT-DATA-018"
    case connectivityUnusable = "FT-DATA-019"
    case recordBreaksRules = "FT-DATA-020"
    case costBudget = "FT-DATA-021"

    // MARK: SINK: where records go

    case dispatcherFailing = "FT-SINK-001"
    case endpointUnreachable = "FT-SINK-002"
    case endpointCertificate = "FT-SINK-003"
    case endpointRefuses = "FT-SINK-004"
    case endpointGone = "FT-SINK-005"
    case dispatchOverflow = "FT-SINK-006"
    case recordsRejected = "FT-SINK-007"
    case deadLettersLost = "FT-SINK-008"
    case zmqBind = "FT-SINK-009"
    case kafkaNames = "FT-SINK-010"
    case mqttStart = "FT-SINK-011"
    case dispatcherUnknown = "FT-SINK-012"
    case recordFileFailing = "FT-SINK-013"
    case recordsLeftBehind = "FT-SINK-014"

    // MARK: SPOOL: records on disk

    case spoolDiskFull = "FT-SPOOL-001"
    case spoolLimitReached = "FT-SPOOL-002"
    case spoolUnwritable = "FT-SPOOL-003"
    case spoolDamaged = "FT-SPOOL-004"
    case spoolLocked = "FT-SPOOL-005"
    case spoolRoomLow = "FT-SPOOL-006"
    case spoolSlow = "FT-SPOOL-007"

    // MARK: RUN: the process and the machine

    case portTaken = "FT-RUN-001"
    case portPrivileged = "FT-RUN-002"
    case descriptorsTooFew = "FT-RUN-003"
    case addressUnusable = "FT-RUN-004"
    case probeRefused = "FT-RUN-005"
    case memoryGrows = "FT-RUN-006"
    case connectionLimit = "FT-RUN-007"
    case handshakeRate = "FT-RUN-008"
    case kernelRefuses = "FT-RUN-009"
    case statsDUnreachable = "FT-RUN-010"
    case controlSocketUnavailable = "FT-RUN-011"
    case costCountsUnusable = "FT-RUN-012"

    /// What the symptom is about.
    package var area: SymptomArea {
        let parts = rawValue.split(separator: "-")
        guard parts.count == 3, let area = SymptomArea(rawValue: String(parts[1])) else {
            preconditionFailure("\(rawValue) has not the form FT-AREA-000")
        }
        return area
    }
}

/// What a symptom is about; the middle of its code.
package enum SymptomArea: String, Sendable, Hashable, CaseIterable {
    case tls = "TLS"
    case ca = "CA"
    case net = "NET"
    case cfg = "CFG"
    case veh = "VEH"
    case data = "DATA"
    case sink = "SINK"
    case spool = "SPOOL"
    case run = "RUN"

    /// As a heading.
    package var title: String {
        switch self {
        case .tls: "TLS and the server's certificate"
        case .ca: "Certificate authorities"
        case .net: "Names, addresses, ports, proxies"
        case .cfg: "The configuration file"
        case .veh: "The vehicle's configuration, keys and admission"
        case .data: "Records"
        case .sink: "Dispatchers and their destinations"
        case .spool: "The spool"
        case .run: "Process and machine"
        }
    }
}
