#ifndef XOPIX_COPENSSL_SHIM_H
#define XOPIX_COPENSSL_SHIM_H

// Some functions of OpenSSL are macros of others, which Swift does not import, or take objects that only other functions
// make: these wrappers give Swift one plain function for each purpose.

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#define XOPIX_SHA256_BYTES 32

static inline int xopix_sha256(const unsigned char *bytes, size_t count, unsigned char *digest) {
  return EVP_Digest(bytes, count, digest, NULL, EVP_sha256(), NULL);
}

static inline int xopix_hmac_sha256(const unsigned char *key, int key_count, const unsigned char *bytes, size_t count,
                                    unsigned char *code) {
  return HMAC(EVP_sha256(), key, key_count, bytes, count, code, NULL) != NULL;
}

static inline int xopix_pbkdf2_sha256(const char *password, int password_count, const unsigned char *salt,
                                      int salt_count, int iterations, unsigned char *key) {
  return PKCS5_PBKDF2_HMAC(password, password_count, salt, salt_count, iterations, EVP_sha256(), XOPIX_SHA256_BYTES,
                           key);
}

// A key that needs a passphrase is refused, where OpenSSL would ask on the terminal.
static inline int xopix_tls_no_passphrase(char *buffer, int size, int for_writing, void *context) { return -1; }

// A server's settings: TLS 1.2 and newer, no renegotiation, no resumption.
static inline SSL_CTX *xopix_tls_server_context(void) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (context == NULL) return NULL;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(context, xopix_tls_no_passphrase);
  return context;
}

// Clients' certificates are asked for, and have to be signed by an authority of the file.
static inline int xopix_tls_ask_for_certificate(SSL_CTX *context, const char *authorities, int is_required) {
  if (SSL_CTX_load_verify_locations(context, authorities, NULL) != 1) return 0;
  STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(authorities);
  if (names == NULL) return 0;
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (is_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), NULL);
  return 1;
}

// The server's side of a connection, which reads from and writes to memory.
static inline SSL *xopix_tls_accept(SSL_CTX *context) {
  SSL *session = SSL_new(context);
  BIO *received = BIO_new(BIO_s_mem()), *to_send = BIO_new(BIO_s_mem());
  if (session == NULL || received == NULL || to_send == NULL) {
    SSL_free(session);
    BIO_free(received);
    BIO_free(to_send);
    return NULL;
  }
  // No bytes are no end: there will be more.
  BIO_set_mem_eof_return(received, -1);
  BIO_set_mem_eof_return(to_send, -1);
  SSL_set_bio(session, received, to_send);
  SSL_set_accept_state(session);
  return session;
}

// The last common name in the subject of the client's certificate, in UTF-8: its length; 0 where there is no certificate,
// no name, or no room for it.
static inline int xopix_tls_client_name(SSL *session, unsigned char *name, int capacity) {
  X509 *certificate = SSL_get1_peer_certificate(session);
  if (certificate == NULL) return 0;
  int length = 0, found = -1, next = -1;
  X509_NAME *subject = X509_get_subject_name(certificate);
  while ((next = X509_NAME_get_index_by_NID(subject, NID_commonName, next)) >= 0) found = next;
  if (found >= 0) {
    unsigned char *text = NULL;
    int count = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, found)));
    if (count > 0 && count <= capacity) {
      for (int i = 0; i < count; i++) name[i] = text[i];
      length = count;
    }
    OPENSSL_free(text);
  }
  X509_free(certificate);
  return length;
}

#endif
