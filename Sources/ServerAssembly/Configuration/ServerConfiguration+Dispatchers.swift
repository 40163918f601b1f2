package import RecordEncoding

extension ServerConfiguration {
    /// What dispatchers that transport bytes send of a record (`transmit_decoded_records`).
    package var transmittedForm: TransmittedForm { transmitDecodedRecords ? .json(encodingMode) : .payload }
}
