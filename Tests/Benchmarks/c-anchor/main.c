// The yardstick of `make bench`: a receiver reduced to what cannot be left out, in C, on one thread.
//
// epoll, OpenSSL, WebSocket frames, FlatBuffers envelope, protobuf-c in an arena, JSON of every record (thrown
// away), one ack per record; one recv, one SSL_write and one send per wake-up. It checks far too little to face
// the internet. Figures of the server are stated as ratios to it, taken in the same run, because the machines
// are noisy.
//
// usage: c-anchor PORT server.pem server.key ca.pem
//        c-anchor --version    prints the version of OpenSSL

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vehicle_data.pb-c.h"

typedef Telemetry__VehicleData__Payload Payload;
typedef Telemetry__VehicleData__Datum Datum;
typedef Telemetry__VehicleData__Value Value;

typedef struct {
    int fd;
    SSL *ssl;
    int upgraded;
    uint8_t *kept;  // plaintext of an incomplete frame or request
    size_t keptLength;
    uint8_t *unsent;
    size_t unsentLength;
} Connection;

static uint8_t inbound[65536];
static size_t inboundPosition, inboundLength;
static uint8_t outbound[1 << 20];
static size_t outboundLength;
static uint8_t plain[1 << 21];
static uint8_t answers[1 << 20];
static size_t answersLength;
static char json[1 << 20];
static volatile uint64_t jsonBytes;

// MARK: BIO over the shared buffers

static int bioRead(BIO *bio, char *to, int count) {
    BIO_clear_retry_flags(bio);
    size_t available = inboundLength - inboundPosition;
    if (available == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    if ((size_t)count > available) count = (int)available;
    memcpy(to, inbound + inboundPosition, (size_t)count);
    inboundPosition += (size_t)count;
    return count;
}

static int bioWrite(BIO *bio, const char *from, int count) {
    BIO_clear_retry_flags(bio);
    if (outboundLength + (size_t)count > sizeof outbound) return -1;
    memcpy(outbound + outboundLength, from, (size_t)count);
    outboundLength += (size_t)count;
    return count;
}

static long bioControl(BIO *bio, int command, long number, void *pointer) {
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

// MARK: arena

static uint8_t arena[4 << 20];
static size_t arenaUsed;

static void *arenaAllocate(void *data, size_t size) {
    (void)data;
    size_t start = (arenaUsed + 7) & ~(size_t)7;
    if (start + size > sizeof arena) return NULL;
    arenaUsed = start + size;
    return arena + start;
}

static void arenaFree(void *data, void *pointer) { (void)data, (void)pointer; }

static ProtobufCAllocator allocator = {arenaAllocate, arenaFree, NULL};

// MARK: JSON

static char *put(char *to, const char *text) {
    size_t length = strlen(text);
    memcpy(to, text, length);
    return to + length;
}

static void encode(const Payload *payload) {
    char *to = put(json, "{\"data\":[");
    for (size_t index = 0; index < payload->n_data; index++) {
        const Datum *datum = payload->data[index];
        if (index) *to++ = ',';
        const ProtobufCEnumValue *name = protobuf_c_enum_descriptor_get_value(&telemetry__vehicle_data__field__descriptor, datum->key);
        to = put(to, "{\"key\":\"");
        to = put(to, name ? name->name : "?");
        to = put(to, "\",\"value\":{");
        const Value *value = datum->value;
        if (value) switch (value->value_case) {
            case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_STRING_VALUE:
                to = put(to, "\"stringValue\":\"");
                for (size_t i = 0; i < value->string_value.len; i++) {
                    uint8_t byte = value->string_value.data[i];
                    if (byte == '"' || byte == '\\') *to++ = '\\';
                    *to++ = (char)byte;
                }
                *to++ = '"';
                break;
            case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_DOUBLE_VALUE:
                to += snprintf(to, 64, "\"doubleValue\":%.7g", value->double_value);
                break;
            case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_FLOAT_VALUE:
                to += snprintf(to, 64, "\"floatValue\":%.7g", value->float_value);
                break;
            case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_INT_VALUE:
                to += snprintf(to, 64, "\"intValue\":%d", value->int_value);
                break;
            case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_BOOLEAN_VALUE:
                to = put(to, value->boolean_value ? "\"booleanValue\":true" : "\"booleanValue\":false");
                break;
            case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_LOCATION_VALUE:
                to += snprintf(to, 128, "\"locationValue\":{\"latitude\":%.9g,\"longitude\":%.9g}",
                    value->location_value->latitude, value->location_value->longitude);
                break;
            default:
                to += snprintf(to, 64, "\"member%d\":0", (int)value->value_case);
            }
        to = put(to, "}}");
    }
    to = put(to, "]}");
    jsonBytes += (uint64_t)(to - json);
}

// MARK: envelope

static uint32_t u32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, 4);
    return value;
}

static uint16_t u16(const uint8_t *at) {
    uint16_t value;
    memcpy(&value, at, 2);
    return value;
}

static const uint8_t *slot(const uint8_t *message, size_t length, size_t table, int number) {
    if (table + 4 > length) return NULL;
    size_t vtable = table - (size_t)(int32_t)u32(message + table);
    if (vtable + 4 > length) return NULL;
    size_t entry = 4 + 2 * (size_t)number;
    if (entry + 2 > u16(message + vtable) || vtable + entry + 2 > length) return NULL;
    uint16_t offset = u16(message + vtable + entry);
    return offset && table + offset + 4 <= length ? message + table + offset : NULL;
}

static const uint8_t *vector(const uint8_t *message, size_t length, const uint8_t *at, size_t *count) {
    *count = 0;
    if (!at) return NULL;
    size_t start = (size_t)(at - message) + u32(at);
    if (start + 4 > length) return NULL;
    *count = u32(message + start);
    if (start + 4 + *count > length) *count = 0;
    return message + start + 4;
}

static uint8_t *putVector(uint8_t *to, const uint8_t *bytes, size_t count) {
    uint32_t length = (uint32_t)count;
    memcpy(to, &length, 4);
    memcpy(to + 4, bytes, count);
    size_t padded = (count + 1 + 3) & ~(size_t)3;
    memset(to + 4 + count, 0, padded - count);
    return to + 4 + padded;
}

static void acknowledge(const uint8_t *txid, size_t txidLength, const uint8_t *topic, size_t topicLength) {
    uint8_t *frame = answers + answersLength;
    uint8_t *message = frame + 4;
    static const uint8_t head[] = {0x14, 0, 0, 0, 0, 0, 0x0e, 0, 0x18, 0, 0x14, 0, 0x10, 0, 0x0f, 0, 8, 0, 4, 0,
        0x0e, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0x10, 0, 0, 0, 0, 0, 0, 0};
    memcpy(message, head, sizeof head);
    uint8_t *to = message + sizeof head;
    to = putVector(to, (const uint8_t *)"", 0);
    uint8_t *topicAt = to;
    to = putVector(to, topic, topicLength);
    uint8_t *txidAt = to;
    to = putVector(to, txid, txidLength);
    uint8_t *unionAt = to;
    memset(to, 0, 4);
    to += 4;
    uint32_t offset = (uint32_t)(txidAt - (message + 40));
    memcpy(message + 40, &offset, 4);
    offset = (uint32_t)(topicAt - (message + 36));
    memcpy(message + 36, &offset, 4);
    offset = (uint32_t)(unionAt - (message + 28));
    memcpy(message + 28, &offset, 4);
    size_t length = (size_t)(to - message);
    frame[0] = 0x82;
    if (length < 126) {
        frame[1] = (uint8_t)length;
        memmove(frame + 2, message, length);
        answersLength += 2 + length;
    } else {
        frame[1] = 126;
        frame[2] = (uint8_t)(length >> 8);
        frame[3] = (uint8_t)length;
        answersLength += 4 + length;
    }
}

static void takeMessage(const uint8_t *message, size_t length) {
    if (length < 8) return;
    size_t root = u32(message);
    size_t txidLength, topicLength, payloadLength;
    const uint8_t *txid = vector(message, length, slot(message, length, root, 0), &txidLength);
    const uint8_t *topic = vector(message, length, slot(message, length, root, 1), &topicLength);
    const uint8_t *union_ = slot(message, length, root, 3);
    if (!union_) return;
    size_t stream = (size_t)(union_ - message) + u32(union_);
    const uint8_t *payload = vector(message, length, slot(message, length, stream, 2), &payloadLength);
    arenaUsed = 0;
    Payload *decoded = (Payload *)protobuf_c_message_unpack(&telemetry__vehicle_data__payload__descriptor, &allocator, payloadLength, payload);
    if (!decoded) return;
    encode(decoded);
    acknowledge(txid, txidLength, topic, topicLength);
}

// MARK: WebSocket

static size_t takeFrames(uint8_t *bytes, size_t length) {
    size_t position = 0;
    while (length - position >= 2) {
        uint8_t *frame = bytes + position;
        size_t available = length - position;
        size_t size = frame[1] & 0x7f, header = 2;
        if (size == 126) {
            if (available < 4) break;
            size = (size_t)frame[2] << 8 | frame[3];
            header = 4;
        } else if (size == 127) {
            exit(4);
        }
        if (available < header + 4 + size) break;
        uint8_t *mask = frame + header;
        uint8_t *payload = mask + 4;
        uint64_t wide = (uint64_t)u32(mask) << 32 | u32(mask);
        size_t index = 0;
        for (; index + 8 <= size; index += 8) {
            uint64_t word;
            memcpy(&word, payload + index, 8);
            word ^= wide;
            memcpy(payload + index, &word, 8);
        }
        for (; index < size; index++) payload[index] ^= mask[index & 3];
        if ((frame[0] & 0x0f) == 2) takeMessage(payload, size);
        position += header + 4 + size;
    }
    return position;
}

static size_t takeRequest(Connection *connection, uint8_t *bytes, size_t length) {
    uint8_t *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end) return 0;
    char *key = strcasestr((char *)bytes, "sec-websocket-key: ");
    if (!key) exit(5);
    char text[128];
    size_t keyLength = strcspn(key + 19, "\r");
    snprintf(text, sizeof text, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (int)keyLength, key + 19);
    unsigned char digest[20], accept[40];
    EVP_Digest(text, strlen(text), digest, NULL, EVP_sha1(), NULL);
    EVP_EncodeBlock(accept, digest, 20);
    answersLength += (size_t)sprintf((char *)answers + answersLength,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
    connection->upgraded = 1;
    return (size_t)(end + 4 - bytes);
}

// MARK: connections

static void end(Connection *connection) {
    SSL_free(connection->ssl);
    close(connection->fd);
    free(connection->kept);
    free(connection->unsent);
    free(connection);
}

static int flush(Connection *connection) {
    size_t sent = 0;
    while (sent < outboundLength && connection->unsentLength == 0) {
        ssize_t count = send(connection->fd, outbound + sent, outboundLength - sent, MSG_NOSIGNAL);
        if (count < 0) {
            if (errno != EAGAIN) return 0;
            break;
        }
        sent += (size_t)count;
    }
    if (sent < outboundLength) {
        connection->unsent = realloc(connection->unsent, connection->unsentLength + outboundLength - sent);
        memcpy(connection->unsent + connection->unsentLength, outbound + sent, outboundLength - sent);
        connection->unsentLength += outboundLength - sent;
    }
    outboundLength = 0;
    return 1;
}

static int readable(Connection *connection) {
    ssize_t received = recv(connection->fd, inbound, sizeof inbound, 0);
    if (received <= 0) return received < 0 && errno == EAGAIN;
    inboundPosition = 0;
    inboundLength = (size_t)received;
    size_t length = connection->keptLength;
    memcpy(plain, connection->kept, length);
    for (;;) {
        int count = SSL_read(connection->ssl, plain + length, (int)(sizeof plain - length));
        if (count > 0) {
            length += (size_t)count;
            continue;
        }
        int error = SSL_get_error(connection->ssl, count);
        if (error == SSL_ERROR_WANT_READ) break;
        flush(connection);
        return 0;
    }
    answersLength = 0;
    size_t position = 0;
    if (!connection->upgraded) position = takeRequest(connection, plain, length);
    if (connection->upgraded) position += takeFrames(plain + position, length - position);
    connection->keptLength = length - position;
    if (connection->keptLength) {
        connection->kept = realloc(connection->kept, connection->keptLength);
        memcpy(connection->kept, plain + position, connection->keptLength);
    }
    if (answersLength && SSL_write(connection->ssl, answers, (int)answersLength) <= 0) return 0;
    return flush(connection);
}

static int writable(Connection *connection) {
    while (connection->unsentLength) {
        ssize_t count = send(connection->fd, connection->unsent, connection->unsentLength, MSG_NOSIGNAL);
        if (count < 0) return errno == EAGAIN;
        connection->unsentLength -= (size_t)count;
        memmove(connection->unsent, connection->unsent + count, connection->unsentLength);
    }
    return 1;
}

static int selectProtocol(SSL *ssl, const unsigned char **out, unsigned char *outLength, const unsigned char *in,
    unsigned int inLength, void *data) {
    (void)ssl, (void)data;
    static const unsigned char names[] = "\x08http/1.1";
    if (SSL_select_next_proto((unsigned char **)out, outLength, names, 9, in, inLength) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    return SSL_TLSEXT_ERR_OK;
}

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "--version") == 0) {
        printf("%s\n", OpenSSL_version(OPENSSL_VERSION));
        return 0;
    }
    if (count != 5) {
        fprintf(stderr, "usage: c-anchor PORT server.pem server.key ca.pem\n");
        return 2;
    }
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_alpn_select_cb(context, selectProtocol, NULL);
    if (SSL_CTX_use_certificate_chain_file(context, arguments[2]) != 1
        || SSL_CTX_use_PrivateKey_file(context, arguments[3], SSL_FILETYPE_PEM) != 1
        || SSL_CTX_load_verify_locations(context, arguments[4], NULL) != 1) {
        ERR_print_errors_fp(stderr);
        return 3;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "buffers");
    BIO_meth_set_read(method, bioRead);
    BIO_meth_set_write(method, bioWrite);
    BIO_meth_set_ctrl(method, bioControl);
    BIO *bio = BIO_new(method);
    BIO_set_init(bio, 1);

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
        perror("listen");
        return 3;
    }
    socklen_t length = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    int poll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[1024];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(poll, events, 1024, -1);
        for (int index = 0; index < ready; index++) {
            Connection *connection = events[index].data.ptr;
            if (!connection) {
                int fd;
                while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    connection = calloc(1, sizeof *connection);
                    connection->fd = fd;
                    connection->ssl = SSL_new(context);
                    BIO_up_ref(bio);
                    BIO_up_ref(bio);
                    SSL_set0_rbio(connection->ssl, bio);
                    SSL_set0_wbio(connection->ssl, bio);
                    SSL_set_accept_state(connection->ssl);
                    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
                    event.data.ptr = connection;
                    epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
                }
                continue;
            }
            int lives = 1;
            if (events[index].events & EPOLLOUT && connection->unsentLength) lives = writable(connection);
            if (lives && events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
                // Edge-triggered: go on while a full buffer says that there may be more, and to the end when it came
                // together with the last bytes.
                int isOver = (events[index].events & EPOLLRDHUP) != 0;
                do lives = readable(connection);
                while (lives && (isOver || (inboundLength == sizeof inbound && inboundPosition == inboundLength)));
            }
            if (!lives) end(connection);
        }
    }
}
