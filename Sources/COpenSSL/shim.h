// Function-like macros of OpenSSL that the importer cannot see, one line each.
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// No renegotiation, no compression, no tickets of TLS 1.2, and a peer that leaves without a TLS goodbye is simply gone.
static inline void fleet_SSL_CTX_set_house_options(SSL_CTX *context) {
    SSL_CTX_set_options(
        context,
        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
}
// RELEASE_BUFFERS: 20 KB instead of 35 KB per idle connection. NO_AUTO_CHAIN: the chain is given whole, so that
// OpenSSL need not rebuild it for every handshake.
static inline void fleet_SSL_CTX_set_house_modes(SSL_CTX *context) {
    SSL_CTX_set_mode(
        context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
}
static inline void fleet_BIO_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline void fleet_BIO_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline long fleet_SSL_CTX_set_mode(SSL_CTX *context, long mode) { return SSL_CTX_set_mode(context, mode); }
static inline int fleet_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}
static inline int fleet_SSL_CTX_set_max_proto_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_max_proto_version(context, version);
}
static inline long fleet_SSL_CTX_set_session_cache_mode(SSL_CTX *context, long mode) {
    return SSL_CTX_set_session_cache_mode(context, mode);
}
static inline int fleet_SSL_CTX_set1_groups_list(SSL_CTX *context, const char *groups) {
    return SSL_CTX_set1_groups_list(context, groups);
}
static inline int fleet_SSL_CTX_set0_chain(SSL_CTX *context, STACK_OF(X509) *chain) {
    return (int)SSL_CTX_set0_chain(context, chain);
}
static inline int fleet_SSL_CTX_add1_chain_cert(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}
static inline void fleet_SSL_CTX_set_tlsext_servername_callback(
    SSL_CTX *context, int (*callback)(SSL *, int *, void *)) {
    SSL_CTX_set_tlsext_servername_callback(context, callback);
}
static inline int fleet_SSL_set_tlsext_host_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}
static inline long fleet_BIO_get_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }
static inline int fleet_sk_X509_num(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *fleet_sk_X509_value(const STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }
static inline int fleet_sk_X509_NAME_num(const STACK_OF(X509_NAME) *stack) { return sk_X509_NAME_num(stack); }
static inline X509_NAME *fleet_sk_X509_NAME_value(const STACK_OF(X509_NAME) *stack, int index) {
    return sk_X509_NAME_value(stack, index);
}
static inline void fleet_sk_X509_pop_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }
static inline int fleet_sk_ASN1_OBJECT_num(const STACK_OF(ASN1_OBJECT) *stack) { return sk_ASN1_OBJECT_num(stack); }
static inline ASN1_OBJECT *fleet_sk_ASN1_OBJECT_value(const STACK_OF(ASN1_OBJECT) *stack, int index) {
    return sk_ASN1_OBJECT_value(stack, index);
}
static inline void fleet_sk_ASN1_OBJECT_pop_free(STACK_OF(ASN1_OBJECT) *stack) {
    sk_ASN1_OBJECT_pop_free(stack, ASN1_OBJECT_free);
}
static inline int fleet_sk_GENERAL_NAME_num(const STACK_OF(GENERAL_NAME) *stack) { return sk_GENERAL_NAME_num(stack); }
static inline GENERAL_NAME *fleet_sk_GENERAL_NAME_value(const STACK_OF(GENERAL_NAME) *stack, int index) {
    return sk_GENERAL_NAME_value(stack, index);
}
static inline void fleet_OPENSSL_free(void *memory) { OPENSSL_free(memory); }
static inline int fleet_sk_ACCESS_DESCRIPTION_num(const STACK_OF(ACCESS_DESCRIPTION) *stack) {
    return sk_ACCESS_DESCRIPTION_num(stack);
}
static inline ACCESS_DESCRIPTION *fleet_sk_ACCESS_DESCRIPTION_value(
    const STACK_OF(ACCESS_DESCRIPTION) *stack, int index) {
    return sk_ACCESS_DESCRIPTION_value(stack, index);
}
static inline void fleet_sk_ACCESS_DESCRIPTION_pop_free(STACK_OF(ACCESS_DESCRIPTION) *stack) {
    sk_ACCESS_DESCRIPTION_pop_free(stack, ACCESS_DESCRIPTION_free);
}
static inline STACK_OF(X509) *fleet_sk_X509_new(void) { return sk_X509_new_null(); }
static inline int fleet_sk_X509_push(STACK_OF(X509) *stack, X509 *certificate) {
    return sk_X509_push(stack, certificate);
}
static inline void fleet_sk_X509_free(STACK_OF(X509) *stack) { sk_X509_free(stack); }
static inline void fleet_sk_X509_EXTENSION_pop_free(STACK_OF(X509_EXTENSION) *stack) {
    sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
}
// Whether DER is one of the forms that only have to be recognised.
static inline int fleet_is_PKCS12(const unsigned char *bytes, long count) {
    PKCS12 *found = d2i_PKCS12(NULL, &bytes, count);
    PKCS12_free(found);
    return found != NULL;
}
static inline int fleet_is_PKCS7(const unsigned char *bytes, long count) {
    PKCS7 *found = d2i_PKCS7(NULL, &bytes, count);
    PKCS7_free(found);
    return found != NULL;
}
static inline int fleet_is_X509_CRL(const unsigned char *bytes, long count) {
    X509_CRL *found = d2i_X509_CRL(NULL, &bytes, count);
    X509_CRL_free(found);
    return found != NULL;
}
// PKCS 8, encrypted: an algorithm and a string of bytes.
static inline int fleet_is_encrypted_key(const unsigned char *bytes, long count) {
    X509_SIG *found = d2i_X509_SIG(NULL, &bytes, count);
    X509_SIG_free(found);
    return found != NULL;
}
