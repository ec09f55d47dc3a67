#include "steps/llm/wire_head_impl.hpp"

namespace steps::llm {

namespace asio = boost::asio;

Trust trust_for(const Url& url, const std::string& ca_file) {
  Trust trust;
  if (!url.tls) return trust;
  trust.context.emplace(asio::ssl::context::tls_client);
  boost::system::error_code problem;
  trust.context->set_verify_mode(asio::ssl::verify_peer, problem);
  trust.context->set_default_verify_paths(problem);
  if (!ca_file.empty()) {
    trust.context->load_verify_file(ca_file, problem);
    if (problem) trust.problem = "ca_file " + ca_file + ": " + problem.message();
  }
  SSL_CTX_set_min_proto_version(trust.context->native_handle(), TLS1_2_VERSION);
  return trust;
}

std::string host_header(const Url& url) {
  const bool usual_port = url.port == (url.tls ? "443" : "80");
  const bool six = url.host.find(':') != std::string::npos;
  return (six ? "[" + url.host + "]" : url.host) + (usual_port ? "" : ":" + url.port);
}

}  // namespace steps::llm
