package io.portolan.api.bench;

import io.portolan.api.profile.CpuProfile;
import io.portolan.api.profile.Work;
import java.time.Duration;
import java.util.Locale;

/**
 * Portolan's CPU time a message in microseconds, by work. What the JVM's own threads used is
 * measured; the rest of the process's time is shared out as the samples of its stacks are.
 *
 * @param database our side alone, with Quartz
 * @param jvm compiling and collecting garbage
 * @param rest what no class of a work is on the stack of, such as scheduling virtual threads
 */
record CpuParts(
    double render,
    double sign,
    double exchange,
    double database,
    double lanes,
    double jvm,
    double rest) {
  private static final int WIDTH = 66;

  static CpuParts of(Duration process, CpuProfile.Result profile, long messages) {
    double jvm = Math.min(process.toNanos(), profile.jvm().toNanos());
    Shared java = new Shared(profile, (process.toNanos() - jvm) / 1e3 / Math.max(1, messages));
    double known = profile.shares().values().stream().mapToDouble(Double::doubleValue).sum();
    return new CpuParts(
        java.of(Work.RENDER),
        java.of(Work.SIGN),
        java.of(Work.EXCHANGE),
        java.of(Work.DATABASE),
        java.of(Work.LANES),
        BenchReport.rounded(jvm / 1e3 / Math.max(1, messages)),
        BenchReport.rounded(java.of(Work.REST) + (known == 0 ? java.micros() : 0)));
  }

  /** Time that is shared out by samples. */
  private record Shared(CpuProfile.Result profile, double micros) {
    double of(Work work) {
      return BenchReport.rounded(micros * profile.shares().getOrDefault(work, 0.0));
    }
  }

  /** For people, in 80 columns. */
  String text() {
    return String.format(
        Locale.ROOT,
        "  of Portolan's  %,10.0f us render, %,.0f sign, %,.0f exchange, %,.0f lanes,%n"
            + "                            %,.0f database, %,.0f JIT and GC, %,.0f rest%n",
        render,
        sign,
        exchange,
        lanes,
        database,
        jvm,
        rest);
  }

  /** A method's name without the first packages if it is too long for a line. */
  static String shortened(String method) {
    return method.length() <= WIDTH ? method : "…" + method.substring(method.length() - WIDTH + 1);
  }
}
