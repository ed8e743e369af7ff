// The TLS configuration of a server: its certificate, its key, and the rules.
// Internal.
#ifndef ACL_SERVER_HTTP_TLS_H_
#define ACL_SERVER_HTTP_TLS_H_

#include <openssl/types.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace acl {

struct FreeTlsContext {
  void operator()(SSL_CTX* context) const;
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeTlsContext>;

// TLS 1.2 and 1.3, forward-secret ciphers, no renegotiation, no compression and
// no session cache. A client that offers protocols (ALPN) gets `http/1.1`; if
// it is not among them, the handshake fails. The files are in PEM form, the key
// without a passphrase.
//
// FILE_ACCESS: a file can't be read. FILE_MALFORMED: it has no certificate or
// no key, one that is too weak, or the two don't match. Each names the file.
absl::StatusOr<TlsContext> MakeTlsContext(const std::string& certificate_file,
                                          const std::string& key_file);

}  // namespace acl

#endif  // ACL_SERVER_HTTP_TLS_H_
