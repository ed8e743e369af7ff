#include "acl/cli/serve_options.h"

#include <cstdint>

#include "acl/cli/option_checks.h"

namespace acl::cli {
namespace {

void AddTimes(CLI::App* serve, ServeArguments* arguments) {
  constexpr double kDay = 86'400;
  const auto add = [serve](const char* name, double* value, double min,
                           const char* what) {
    serve->add_option(name, *value, what)
        ->type_name("SECONDS")
        ->check(SecondsFrom(min, kDay));
  };
  constexpr double kShortest = 0.001;
  add("--max-wait", &arguments->max_wait, 0,
      "How long a question waits for a revision (default: 5)");
  add("--grace", &arguments->grace, 0,
      "How long requests have to end when it stops (default: 10)");
  add("--request-timeout", &arguments->request_timeout, kShortest,
      "For a header, a body, an answer, each (default: 10)");
  add("--idle-timeout", &arguments->idle_timeout, kShortest,
      "Between two requests (default: 60)");
  add("--queue-timeout", &arguments->queue_timeout, kShortest,
      "For a thread to be free for a request (default: 10)");
}

void AddLimits(CLI::App* serve, ServeArguments* arguments) {
  const auto add = [serve](const char* name, auto* value, int64_t min,
                           int64_t max, const char* what, const char* type) {
    serve->add_option(name, *value, what)
        ->type_name(type)
        ->transform(WholeNumber(min, max));
  };
  HttpOptions& http = arguments->options.http;
  add("--max-depth", &arguments->options.max_depth, 1, server::kMaxJsonDepth,
      "How deep the JSON of a body may be (default: 32)", "LEVELS");
  add("--max-body", &http.max_body_bytes, 1, kMostBodyBytes, "Default: 1048576",
      "BYTES");
  add("--max-header", &http.max_header_bytes, kLeastHeaderBytes,
      kMostHeaderBytes, "Default: 16384", "BYTES");
  add("--max-connections", &http.max_connections, 1, kMostConnections,
      "Default: 1024", "N");
  add("--max-connections-per-address", &http.max_connections_per_address, 1,
      kMostConnections, "Default: 256", "N");
  add("--io-threads", &http.io_threads, 1, kMostIoThreads, "Default: 2", "N");
  add("--waiting-threads", &http.waiting_threads, 1, kMostWaitingThreads,
      "For requests that wait for the disk (default: 64)", "N");
}

void AddRate(CLI::App* serve, server::RateLimit* rate) {
  CLI::Option* const per_second =
      serve
          ->add_option("--rate", rate->per_second,
                       "How many requests a second each API key may make "
                       "(default: any number)")
          ->type_name("N")
          ->check(NumberFrom(server::kMinRate, server::kMaxRate));
  serve
      ->add_option("--rate-burst", rate->burst,
                   "How many of them at once after a rest (default: those of "
                   "one second)")
      ->type_name("N")
      ->transform(WholeNumber(1, server::kMaxRate))
      ->needs(per_second);
}

}  // namespace

void AddServeOptions(CLI::App* serve, ServeArguments* arguments) {
  HttpOptions& http = arguments->options.http;
  const auto option = [serve](const char* name, auto* value, const char* what,
                              const char* type) {
    return serve->add_option(name, *value, what)->type_name(type);
  };
  CLI::Option* data =
      option("--data", &arguments->folder,
             "The journal folder; made if there is none", "FOLDER");
  CLI::Option* memory =
      serve->add_flag("--memory", arguments->memory, "Keep nothing on disk")
          ->excludes(data);
  option("--world", &arguments->options.world,
         "A world file to begin with; refused if the folder has a workspace",
         "FILE");
  option("--listen", &arguments->listen,
         "Where (default: 127.0.0.1:8080; port 0: any)", "HOST:PORT");
  CLI::Option* certificate =
      option("--tls-cert", &http.tls_certificate_file,
             "Certificate chain in PEM form, for TLS", "FILE");
  CLI::Option* key = option("--tls-key", &http.tls_key_file, "Its key", "FILE");
  certificate->needs(key);
  key->needs(certificate);
  option("--operator-key", &arguments->options.operator_key_file,
         "A file with the operator's secret: at least 32 random characters",
         "FILE");
  serve
      ->add_flag("--relaxed", arguments->relaxed,
                 "Answer before the disk has it: a power cut can take the "
                 "last changes")
      ->excludes(memory);
  option("--history", &arguments->history,
         "What becomes of journal files that no checkpoint needs: keep "
         "(default), remove, or archive=FOLDER on the same file system",
         "WHAT")
      ->excludes(memory);
  AddTimes(serve, arguments);
  AddLimits(serve, arguments);
  AddRate(serve, &arguments->options.rate);
  serve->add_flag("--quiet", arguments->quiet, "No line for each request");
}

}  // namespace acl::cli
