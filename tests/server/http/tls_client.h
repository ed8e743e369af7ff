// A client that uses TLS, and certificates for the server. They are created
// when needed, so they never expire.
#ifndef TESTS_SERVER_HTTP_TLS_CLIENT_H_
#define TESTS_SERVER_HTTP_TLS_CLIENT_H_

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/server/http/client.h"

namespace acl {

struct PemFiles {
  std::string certificate;
  std::string key;
};

// Writes `PATH.crt` and `PATH.key`: a self-signed certificate for 127.0.0.1 and
// its key. `kind` is `EC`, or `RSA` followed by the number of bits.
inline PemFiles MakeCertificate(const std::string& path,
                                absl::string_view kind = "EC",
                                size_t bits = 2048,
                                const char* passphrase = nullptr) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      kind == "EC" ? EVP_EC_gen("P-256") : EVP_RSA_gen(bits), EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(),
                                                           X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("acl"), -1,
                             -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_EXTENSION* const host = X509V3_EXT_conf_nid(
      nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(certificate.get(), host, -1);
  X509_EXTENSION_free(host);
  EXPECT_GT(X509_sign(certificate.get(), key.get(), EVP_sha256()), 0);

  PemFiles files = {path + ".crt", path + ".key"};
  FILE* out = fopen(files.certificate.c_str(), "w");
  EXPECT_EQ(PEM_write_X509(out, certificate.get()), 1);
  fclose(out);
  out = fopen(files.key.c_str(), "w");
  EXPECT_EQ(
      PEM_write_PrivateKey(out, key.get(),
                           passphrase == nullptr ? nullptr : EVP_aes_128_cbc(),
                           nullptr, 0, nullptr, const_cast<char*>(passphrase)),
      1);
  fclose(out);
  return files;
}

class TlsClient : public Client {
 public:
  // `trusted`: the file with the certificate to accept; "" for any.
  explicit TlsClient(const std::string& trusted = "")
      : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
        ssl_(nullptr, SSL_free) {
    // The server must refuse old protocols, so the client must not.
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    if (!trusted.empty()) {
      EXPECT_EQ(SSL_CTX_load_verify_file(context_.get(), trusted.c_str()), 1);
      SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    }
  }
  ~TlsClient() override = default;

  // Call before Handshake().
  void SetNewest(int version) {
    SSL_CTX_set_max_proto_version(context_.get(), version);
  }
  // In ALPN's format: each protocol preceded by its length.
  void Offer(absl::string_view protocols) {
    SSL_CTX_set_alpn_protos(
        context_.get(),
        reinterpret_cast<const unsigned char*>(protocols.data()),
        static_cast<unsigned>(protocols.size()));
  }

  // Connects. Returns whether the handshake succeeded.
  bool Handshake(uint16_t port) {
    if (!Connect(port)) return false;
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), fd());
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), "127.0.0.1");
    return SSL_connect(ssl_.get()) == 1;
  }

  std::string version() const { return SSL_get_version(ssl_.get()); }
  std::string protocol() const {
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &chosen, &size);
    return std::string(reinterpret_cast<const char*>(chosen), size);
  }
  // Whether the server announced the end of the connection before closing it.
  bool WasToldOfEnd() const {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }

 protected:
  ssize_t SendSome(absl::string_view bytes) override {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }
  ssize_t ReceiveSome(char* bytes, size_t size) override {
    const int got = SSL_read(ssl_.get(), bytes, static_cast<int>(size));
    return got <= 0 && WasToldOfEnd() ? 0 : got;
  }
  bool HasReceived() const override { return SSL_pending(ssl_.get()) > 0; }

 private:
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
};

}  // namespace acl

#endif  // TESTS_SERVER_HTTP_TLS_CLIENT_H_
