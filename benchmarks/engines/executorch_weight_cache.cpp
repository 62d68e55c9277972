// ExecuTorch from C++, with its XNNPACK weight cache: operators that share weights then share what is packed of them.
// Speaks the protocol of benchmarks/engine_child.py, with plain arguments: PROGRAM LENGTH THREADS.

#include <executorch/extension/module/module.h>
#include <executorch/extension/tensor/tensor.h>
#include <executorch/runtime/backend/interface.h>
#include <executorch/runtime/backend/options.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

// The wheel's library has these; its headers do not declare them.
namespace executorch::extension::threadpool {
class ThreadPool {
 public:
  bool _unsafe_reset_threadpool(uint32_t threads);
};
ThreadPool* get_threadpool();
}  // namespace executorch::extension::threadpool

namespace {

using executorch::aten::ScalarType;
using executorch::extension::Module;
using executorch::extension::TensorPtr;
using executorch::runtime::EValue;

constexpr int64_t kFirst = 5, kVocabulary = 30000;  // as in benchmarks/engines/inputs.py

double now_ms() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double, std::milli>(Clock::now().time_since_epoch()).count();
}

double cpu_seconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

// Resident memory in MB of 2^20 bytes: "VmRSS" is all of it, "RssAnon" that without mapped files.
double resident_mb(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(field + ":", 0) == 0) return std::atol(line.c_str() + field.size() + 1) / 1024.0;
  }
  return 0;
}

std::vector<TensorPtr> make_inputs(int length) {
  std::vector<int64_t> ids(length), ones(length, 1), zeros(length, 0);
  for (int64_t i = 0; i < length; ++i) {
    ids[i] = kFirst + (length * int64_t{104729} + i * 7919) % (kVocabulary - kFirst);
  }
  const std::vector<executorch::aten::SizesType> sizes = {1, length};
  return {
      executorch::extension::make_tensor_ptr(sizes, std::move(ids)),
      executorch::extension::make_tensor_ptr(sizes, std::move(ones)),
      executorch::extension::make_tensor_ptr(sizes, std::move(zeros)),
  };
}

std::vector<float> run(Module& module, const std::vector<TensorPtr>& inputs) {
  const auto result = module.forward({EValue(*inputs[0]), EValue(*inputs[1]), EValue(*inputs[2])});
  if (!result.ok()) {
    std::fprintf(stderr, "forward failed: error %d\n", static_cast<int>(result.error()));
    std::exit(1);
  }
  const auto logits = result->at(0).toTensor();
  return {logits.const_data_ptr<float>(), logits.const_data_ptr<float>() + logits.numel()};
}

void enable_weight_cache() {
  executorch::runtime::BackendOptions<1> options;
  if (options.set_option("weight_cache_enabled", true) != executorch::runtime::Error::Ok ||
      executorch::runtime::set_option("XnnpackBackend", options.view()) !=
          executorch::runtime::Error::Ok) {
    std::fprintf(stderr, "the XNNPACK backend refuses weight_cache_enabled\n");
    std::exit(1);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: %s PROGRAM LENGTH THREADS\n", arguments[0]);
    return 2;
  }
  const std::string path = arguments[1];
  executorch::extension::threadpool::get_threadpool()->_unsafe_reset_threadpool(
      std::atoi(arguments[3]));
  {  // the file's pages are in memory already: what is measured is the model
    std::ifstream file(path, std::ios::binary);
    std::vector<char> block(1 << 20);
    while (file.read(block.data(), block.size()) || file.gcount()) {
    }
  }
  auto inputs = make_inputs(std::atoi(arguments[2]));
  const double rss = resident_mb("VmRSS"), anonymous = resident_mb("RssAnon");
  const double cpu = cpu_seconds(), start = now_ms();
  enable_weight_cache();
  Module module(path, Module::LoadMode::Mmap);
  if (module.load_forward() != executorch::runtime::Error::Ok) {
    std::fprintf(stderr, "cannot load %s\n", path.c_str());
    return 1;
  }
  const double loaded = now_ms();
  const auto output = run(module, inputs);
  const double answered = now_ms(), answer_cpu = cpu_seconds() - cpu;
  for (int i = 0; i < 2; ++i) run(module, inputs);
  std::printf(
      "{\"load_ms\": %.6f, \"first_answer_ms\": %.6f, \"first_answer_cpu_ms\": %.6f, "
      "\"extra_rss_mb\": %.6f, \"extra_anonymous_mb\": %.6f, \"output\": [",
      loaded - start, answered - start, 1e3 * answer_cpu, resident_mb("VmRSS") - rss,
      resident_mb("RssAnon") - anonymous);
  for (size_t i = 0; i < output.size(); ++i) std::printf("%s%.9g", i ? ", " : "", output[i]);
  std::printf("]}\n");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    for (char& c : line) {
      if (c < '0' || c > '9') c = ' ';  // {"lengths": [16, 128]} -> 16 128
    }
    std::istringstream numbers(line);
    std::string times;
    double cpu_total = 0;
    for (int length; numbers >> length;) {
      inputs = make_inputs(length);
      const double cpu_before = cpu_seconds(), before = now_ms();
      run(module, inputs);
      const double elapsed = now_ms() - before;
      cpu_total += cpu_seconds() - cpu_before;
      times += (times.empty() ? "" : ", ") + std::to_string(elapsed);
    }
    std::printf("{\"milliseconds\": [%s], \"cpu_seconds\": %.9f}\n", times.c_str(), cpu_total);
    std::fflush(stdout);
  }
}
