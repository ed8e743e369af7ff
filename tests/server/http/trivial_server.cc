// A server that answers everything with 30 bytes, for measuring the transport
// by hand. It prints its port and runs until its standard input ends:
//
//   bazel run -c opt --copt=-DNDEBUG //tests/server/http:trivial_server
//   wrk -t1 -c64 -d5 http://127.0.0.1:PORT/
//
// Targets that begin with `/wait` are answered by the threads that may block.
// The optional arguments are a certificate and a key, in PEM files.
#include <iostream>
#include <limits>

#include "acl/server/http/server.h"
#include "tests/server/http/fake_handler.h"

int main(int argc, char** argv) {
  acl::FakeHandler handler;
  handler.handle = [](const acl::HttpRequest&) {
    acl::HttpResponse response;
    response.body = "{\"allowed\":true,\"revision\":17}";
    return response;
  };
  acl::HttpOptions options;
  if (argc == 3) {
    options.tls_certificate_file = argv[1];
    options.tls_key_file = argv[2];
  }
  auto server = acl::HttpServer::Start(options, &handler);
  if (!server.ok()) {
    std::cerr << server.status() << "\n";
    return 1;
  }
  std::cout << (*server)->port() << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  (*server)->Stop(absl::Seconds(1));
  return 0;
}
