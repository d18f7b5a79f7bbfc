package io.parlance.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines are played by folders that hold what Linux shows under /proc, /sys and /etc. */
class DiagnosticsTest {
  @TempDir private Path root;
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> properties = new HashMap<>();

  @BeforeEach
  void linux() {
    properties.put("os.name", "Linux");
    properties.put("os.arch", "amd64");
    properties.put("java.io.tmpdir", root.toString());
    properties.put("user.home", root.toString());
  }

  private void file(String absolute, String content) throws IOException {
    Path file = host().path(absolute);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private Host host() {
    return new Host(root, environment::get, properties::get);
  }

  private Diagnostics read() {
    return Diagnostics.read(host());
  }

  private String value(String section, String name) {
    return read().sections().get(section).get(name);
  }

  @Test
  void reportsAboutAMachineThatShowsNothing() {
    properties.clear();
    Diagnostics report = read();
    assertThat(report.sections())
        .containsOnlyKeys("system", "limits", "folders", "onnxruntime", "tokenizers", "cuda");
    assertThat(report.toString()).contains("operating system: unknown", "problems");
    assertThat(report.problems().get(0)).contains("no native libraries for linux-unknown");
  }

  @Test
  void reportsAboutThisMachine() {
    Diagnostics report = Diagnostics.read().tryNative();
    assertThat(report.problems()).isEmpty();
    assertThat(report.sections().get("onnxruntime").get("kind")).isEqualTo("CPU");
    assertThat(report.sections().get("onnxruntime").get("artifact"))
        .matches("onnxruntime-[\\d.]+\\.jar");
    assertThat(report.sections().get("tokenizers").get("artifact"))
        .matches("tokenizers-[\\d.]+\\.jar");
    assertThat(report.sections().get("native").get("ONNX Runtime"))
        .matches("loaded, version \\d+\\.\\d+\\.\\d+");
    assertThat(report.toString()).endsWith("no problem found\n");
    assertThat(report.summary()).contains(System.getProperty("os.name"), "writable");
  }

  @Test
  void tellsGlibcFromMusl() throws IOException {
    file("/proc/self/maps", "7f00-7f01 r-xp 0 00:01 7   /usr/lib/libc.so.6\n");
    file(
        "/usr/lib/libc.so.6",
        "\u007fELF\0GNU C Library (Debian GLIBC 2.31-13) stable release version 2.31.\n");
    assertThat(value("system", "C library")).isEqualTo("glibc 2.31");
    assertThat(read().summary()).contains("glibc 2.31 is too old", "tokenizers need 2.34");
    file("/usr/lib/libc.so.6", "GNU C Library (GNU libc) stable release version 2.36.\n");
    assertThat(read().problems()).isEmpty();
    file("/proc/self/maps", "7f00-7f01 r-xp 0 00:01 7   /lib/ld-musl-x86_64.so.1\n");
    assertThat(value("system", "C library")).isEqualTo("musl");
    assertThat(read().summary()).contains("uses musl (Alpine)", "an image with glibc");
  }

  @Test
  void saysThatTheTemporaryFolderIsNoGood() throws IOException {
    String real = root.toRealPath().toString();
    file("/proc/self/mounts", "none / tmpfs rw 0 0\nnone " + real + " tmpfs rw,noexec 0 0\n");
    assertThat(value("folders", "java.io.tmpdir")).contains("writable", "mounted noexec", "MiB");
    assertThat(read().problems())
        .hasSize(2)
        .allSatisfy(problem -> assertThat(problem).contains("is mounted noexec"));
    file("/proc/self/mounts", "none / tmpfs rw,noexec 0 0\nnone " + real + " tmpfs rw 0 0\n");
    assertThat(read().problems()).isEmpty();
    properties.put("java.io.tmpdir", root.resolve("absent").toString());
    assertThat(value("folders", "java.io.tmpdir")).contains("NOT writable");
    assertThat(read().summary()).contains("absent is not writable", "-Djava.io.tmpdir=FOLDER");
  }

  @Test
  void readsTheLimitsOfBothVersionsOfControlGroups() throws IOException {
    file("/proc/self/cgroup", "0::/pod/app\n");
    file("/sys/fs/cgroup/pod/app/cpu.max", "max 100000\n");
    file("/sys/fs/cgroup/pod/cpu.max", "150000 100000\n");
    file("/sys/fs/cgroup/pod/app/memory.max", "1073741824\n");
    assertThat(ControlGroup.of(host())).isEqualTo(new ControlGroup(1.5, 1 << 30));
    file("/proc/self/cgroup", "4:memory:/app\n2:cpu,cpuacct:/\n");
    file("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n");
    file("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertThat(ControlGroup.of(host())).isEqualTo(new ControlGroup(0.5, 0));
    file("/sys/fs/cgroup/memory/app/memory.limit_in_bytes", "2097152\n");
    assertThat(value("limits", "memory of the cgroup")).isEqualTo("2 MiB");
    assertThat(value("limits", "processors")).endsWith("cgroup quota 0.5");
  }

  @Test
  void looksForCudaByExactNames() throws IOException {
    environment.put("LD_LIBRARY_PATH", "/opt/cuda:relative:");
    file("/opt/cuda/libcudart.so.12", "");
    file("/usr/lib64/libcublas.so.11", "");
    file("/etc/ld.so.cache", "libcuda.so.1\0/usr/lib/nvidia/libcuda.so.1\0");
    CudaLibraries cuda = CudaLibraries.of(host());
    assertThat(cuda.found())
        .containsEntry("libcudart.so.12", "/opt/cuda/libcudart.so.12")
        .containsEntry("libcuda.so.1", "/usr/lib/nvidia/libcuda.so.1");
    assertThat(cuda.missing())
        .containsExactly("libcublas.so.12", "libcublasLt.so.12", "libcurand.so.10");
    assertThat(cuda.searched()).startsWith("/opt/cuda").contains("/usr/lib64", "/etc/ld.so.cache");
    assertThat(value("cuda", "libcublas.so.12")).isEqualTo("not found");
  }

  @Test
  void showsWhereLibrariesAreTakenFromInstead() {
    properties.put("onnxruntime.native.path", "/no/such");
    properties.put("onnxruntime.native.onnxruntime_providers_shared.skip", "true");
    environment.put("RUST_LIBRARY_PATH", root.toString());
    assertThat(value("onnxruntime", "onnxruntime.native.path"))
        .isEqualTo("/no/such/libonnxruntime.so (NOT there)");
    assertThat(value("onnxruntime", "onnxruntime.native.onnxruntime_providers_shared.skip"))
        .isEqualTo("true");
    assertThat(value("tokenizers", "RUST_LIBRARY_PATH")).isEqualTo(root.toString());
  }
}
