#include "acl/server/http/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
namespace {

constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// Returns the system's reason if the file can't be opened; OpenSSL gives none.
absl::Status CheckReadable(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path.c_str(), "re"),
                                                   fclose);
  if (file != nullptr) return absl::OkStatus();
  return Refuse(
      v1::FILE_ACCESS,
      absl::StrCat(Printable(path), ": can't open: ", strerror(errno)));
}

// The first error in the queue.
std::string Reason() {
  const unsigned long error = ERR_get_error();  // NOLINT(google-runtime-int)
  const char* const reason = ERR_reason_error_string(error);
  ERR_clear_error();
  return reason == nullptr ? "unknown" : reason;
}

absl::Status Malformed(const std::string& path, absl::string_view what) {
  return Refuse(v1::FILE_MALFORMED,
                absl::StrCat(Printable(path), ": ", what, " (", Reason(), ")"));
}

absl::Status UseFiles(SSL_CTX* context, const std::string& certificate_file,
                      const std::string& key_file) {
  for (const std::string& path : {certificate_file, key_file}) {
    if (absl::Status s = CheckReadable(path); !s.ok()) return s;
  }
  // Without this, OpenSSL would ask at the terminal.
  SSL_CTX_set_default_passwd_cb(context,
                                [](char*, int, int, void*) { return -1; });
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) !=
      1) {
    return Malformed(certificate_file,
                     "holds no certificate in PEM form that can be used");
  }
  const bool used = SSL_CTX_use_PrivateKey_file(context, key_file.c_str(),
                                                SSL_FILETYPE_PEM) == 1;
  // A key of another type is accepted, as if for a second certificate.
  if (used && SSL_CTX_check_private_key(context) == 1) return absl::OkStatus();
  if (used || ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_X509) {
    return Malformed(key_file,
                     absl::StrCat("is not the key of the certificate in ",
                                  Printable(certificate_file)));
  }
  return Malformed(key_file,
                   "holds no key in PEM form that needs no passphrase");
}

int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* size,
                   const unsigned char* offered, unsigned int offered_size,
                   void*) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, kHttp11, sizeof(kHttp11), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

void FreeTlsContext::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}

absl::StatusOr<TlsContext> MakeTlsContext(const std::string& certificate_file,
                                          const std::string& key_file) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr ||
      SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20") !=
          1) {
    return Refuse(v1::OUT_OF_MEMORY,
                  absl::StrCat("can't set up TLS: ", Reason()));
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION |
                                         SSL_OP_NO_COMPRESSION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context.get(), ChooseProtocol, nullptr);
  absl::Status used = UseFiles(context.get(), certificate_file, key_file);
  if (!used.ok()) return used;
  return context;
}

}  // namespace acl
