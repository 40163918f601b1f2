/// The table of `certs/tesla_ca_pins.csv`; a test holds one against the other.
extension TeslaPins {
    /// The pins of one bundle, in the bundle's order.
    package static func pins(of bundle: TeslaBundle) -> [TeslaPin] {
        switch bundle {
        case .production: production
        case .engineering: engineering
        }
    }

    private static let production = [
        TeslaPin(
            sha256: "9210df2afb71dcdcdb96abc7d3607f67b7a8ff1ab95fd975ee716618c98d31fa",
            subject: "C=US,ST=California,L=Palo Alto,O=Tesla Motors,CN=Tesla Issuing CA",
            notAfter: "2025-05-06"
        ),
        TeslaPin(
            sha256: "bdf7cf2fd449a7803b7224a306245b4dd47eab3b11288b05001b07623d8ef980",
            subject: "C=US,O=Tesla Inc.,OU=PKI,OU=Motors,CN=Tesla Motors GF Austin Product Issuing CA",
            notAfter: "2031-04-17"
        ),
        TeslaPin(
            sha256: "3468361b3dfe779ea4bdcfb3bd18de39e9371f453b93c6947e3167adf7c995be",
            subject: "C=US,O=Tesla Inc.,OU=PKI,OU=Motors,CN=Tesla Motors GF Berlin Product Issuing CA",
            notAfter: "2031-05-16"
        ),
        TeslaPin(
            sha256: "db8c6739f268c4e3e7c90598c1de28724a22e41be0cc3d20c52717d9b56645d5",
            subject: "C=US,O=Tesla Inc.,OU=PKI,OU=Motors,CN=Tesla Motors GF0 Product Issuing CA",
            notAfter: "2030-03-28"
        ),
        TeslaPin(
            sha256: "ca3087352e1b77854556988865b880ddf206d70ca84b826dc45b04f9883a1fe9",
            subject: "C=US,O=Tesla Inc.,OU=PKI,OU=Motors,CN=Tesla Motors GF3 Product Issuing CA",
            notAfter: "2029-08-06"
        ),
        TeslaPin(
            sha256: "6c221b7290db8ffcb8fc37174bc386886206b77fec83f11292b3f41f6f180b90",
            subject: "C=US,O=Tesla Inc.,OU=PKI,OU=Motors,CN=Tesla Motors GF3 Product RSA Issuing CA",
            notAfter: "2029-08-06"
        ),
        TeslaPin(
            sha256: "2baa91cf98e3bf3d48b3791d9b608de3e9b879852e6828924e98b9a7f7b716f4",
            subject: "C=US,O=Tesla Inc.,OU=PKI,OU=Motors,CN=Tesla Motors Product Issuing CA",
            notAfter: "2029-08-20"
        ),
        TeslaPin(
            sha256: "b18e1fe69a588703cccda70056bd5332952411b2b60e52bad63dcff8b5fa8b6d",
            subject: "C=US,O=Tesla Inc.,OU=PKI,OU=Motors,CN=Tesla Motors Product RSA Issuing CA",
            notAfter: "2029-08-20"
        ),
        TeslaPin(
            sha256: "a1ffaf486020d4643ac8832a0608a075bc509d6725eac205c0bfce61a21edeac",
            subject: "CN=Tesla Motors Products CA",
            notAfter: "2032-03-08"
        ),
        TeslaPin(
            sha256: "4045a9064a7ff9ba0b793f515a18ffcf006f86e504cd80ebad4465f7418430e1",
            subject: "CN=Tesla Motors Root CA",
            notAfter: "2036-10-08"
        ),
        TeslaPin(
            sha256: "56f74af54bc918ce3dcd9ddef1c41ef7747822ce673ecf554693d67c5417cd31",
            subject: "C=US,ST=California,L=Palo Alto,O=Tesla Motors,CN=Tesla Policy CA",
            notAfter: "2032-05-04"
        ),
        TeslaPin(
            sha256: "9c1432cbd81d9f842d35b782768e555b62446a3e6e5b6e95287f1de3a91fcbf5",
            subject: "C=US,O=Tesla,OU=PKI,CN=Tesla Product RSA Root CA",
            notAfter: "2039-05-19"
        ),
        TeslaPin(
            sha256: "ebbaacc16eb93c2e961c58fd43d874df2760558da3ef681c7d617d89abba3f32",
            subject: "C=US,O=Tesla,OU=PKI,CN=Tesla Product Root CA",
            notAfter: "2039-05-19"
        ),
        TeslaPin(
            sha256: "681c9455f1051a9effa0ef0814901a5ea4c08241867e34fad2b431535cd9a4ae",
            subject: "C=US,ST=California,L=Palo Alto,O=Tesla Motors,CN=Tesla Root CA",
            notAfter: "2042-05-02"
        ),
    ]

    private static let engineering = [
        TeslaPin(
            sha256: "ca3087352e1b77854556988865b880ddf206d70ca84b826dc45b04f9883a1fe9",
            subject: "C=US,O=Tesla Inc.,OU=PKI,OU=Motors,CN=Tesla Motors GF3 Product Issuing CA",
            notAfter: "2029-08-06"
        ),
        TeslaPin(
            sha256: "6c221b7290db8ffcb8fc37174bc386886206b77fec83f11292b3f41f6f180b90",
            subject: "C=US,O=Tesla Inc.,OU=PKI,OU=Motors,CN=Tesla Motors GF3 Product RSA Issuing CA",
            notAfter: "2029-08-06"
        ),
        TeslaPin(
            sha256: "2baa91cf98e3bf3d48b3791d9b608de3e9b879852e6828924e98b9a7f7b716f4",
            subject: "C=US,O=Tesla Inc.,OU=PKI,OU=Motors,CN=Tesla Motors Product Issuing CA",
            notAfter: "2029-08-20"
        ),
        TeslaPin(
            sha256: "b18e1fe69a588703cccda70056bd5332952411b2b60e52bad63dcff8b5fa8b6d",
            subject: "C=US,O=Tesla Inc.,OU=PKI,OU=Motors,CN=Tesla Motors Product RSA Issuing CA",
            notAfter: "2029-08-20"
        ),
        TeslaPin(
            sha256: "d5265cb5500a1e58a1703218b0ffe4d79dc6919067d7f377877bed5ddbc05e6f",
            subject: "CN=Tesla Motors Products CA",
            notAfter: "2032-01-17"
        ),
        TeslaPin(
            sha256: "a905588658e2f0f5ecd8cb9186dd748dcfa743a77128423cb16603f69e6f3c44",
            subject: "CN=Tesla Motors Root CA",
            notAfter: "2036-10-10"
        ),
        TeslaPin(
            sha256: "9c1432cbd81d9f842d35b782768e555b62446a3e6e5b6e95287f1de3a91fcbf5",
            subject: "C=US,O=Tesla,OU=PKI,CN=Tesla Product RSA Root CA",
            notAfter: "2039-05-19"
        ),
        TeslaPin(
            sha256: "ebbaacc16eb93c2e961c58fd43d874df2760558da3ef681c7d617d89abba3f32",
            subject: "C=US,O=Tesla,OU=PKI,CN=Tesla Product Root CA",
            notAfter: "2039-05-19"
        ),
    ]
}
