package io.portolan.api.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class VmThreadsTest {
  @Test
  void cpuTimeIsReadBehindACommandWithBlanksAndBrackets() {
    String stat = "42 (postgres: (io) w) S 1 1 1 0 -1 4194560 9 8 7 6 250 50 1000 200 20 0 1 0 99";

    assertThat(CpuTimes.parse(stat, false)).isEqualTo(Duration.ofSeconds(3));
    assertThat(CpuTimes.parse(stat, true)).isEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void threadsThatCompileAndCollectAreTheVmsAndThoseThatRunJavaAreNot() {
    assertThat(VmThreads.isOfVm("7 (C2 CompilerThre) S 1 1")).isTrue();
    assertThat(VmThreads.isOfVm("8 (GC Thread#1) S 1 1")).isTrue();
    assertThat(VmThreads.isOfVm("9 (ForkJoinPool-1-) S 1 1")).isFalse();
    assertThat(VmThreads.isOfVm("10 (odd) GC Thread) S 1 1")).isFalse();
  }
}
