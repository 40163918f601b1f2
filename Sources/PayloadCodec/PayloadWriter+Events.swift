internal import TelemetryModel

extension WireBuffer {
    mutating func write(_ alerts: VehicleAlerts) {
        for alert in alerts.alerts {
            byte(0x0a)
            let start = begin()
            text(0x0a, alert.name)
            if !alert.audiences.isEmpty {
                byte(0x12)
                let packed = begin()
                for audience in alert.audiences { varint(UInt64(bitPattern: Int64(audience))) }
                end(packed)
            }
            timestamp(0x1a, alert.startedAt, unknown: alert.startedAtUnknown)
            timestamp(0x22, alert.endedAt, unknown: alert.endedAtUnknown)
            append(alert.unknown)
            end(start)
        }
        timestamp(0x12, alerts.createdAt, unknown: alerts.createdAtUnknown)
        text(0x1a, alerts.vin)
        append(alerts.unknown)
    }

    mutating func write(_ errors: VehicleErrors) {
        for fault in errors.errors {
            byte(0x0a)
            let start = begin()
            timestamp(0x0a, fault.createdAt, unknown: fault.createdAtUnknown)
            text(0x12, fault.name)
            tags(0x1a, fault.tags)
            text(0x22, fault.body)
            append(fault.unknown)
            end(start)
        }
        timestamp(0x12, errors.createdAt, unknown: errors.createdAtUnknown)
        text(0x1a, errors.vin)
        append(errors.unknown)
    }

    mutating func write(_ connectivity: VehicleConnectivity) {
        text(0x0a, connectivity.vin)
        text(0x12, connectivity.connectionID)
        number(0x18, Int64(connectivity.status.number))
        timestamp(0x22, connectivity.createdAt, unknown: connectivity.createdAtUnknown)
        text(0x2a, connectivity.networkInterface)
        append(connectivity.unknown)
    }

    mutating func write(_ metrics: VehicleMetrics) {
        for metric in metrics.metrics {
            byte(0x0a)
            let start = begin()
            text(0x0a, metric.name)
            tags(0x12, metric.tags)
            double(0x19, metric.value)
            append(metric.unknown)
            end(start)
        }
        timestamp(0x12, metrics.createdAt, unknown: metrics.createdAtUnknown)
        text(0x1a, metrics.vin)
        append(metrics.unknown)
    }
}
