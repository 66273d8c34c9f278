package io.portolan.sender.feedback;

import io.portolan.core.feedback.Feedback;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.reply.ReplyClassifier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many mails that came back one thread reads a second: a small status notification, and those
 * of a corpus in turn ({@code PORTOLAN_TEST_BOUNCE_CORPUS}). Run by {@code org.openjdk.jmh.Main
 * ReadingBenchmark} on the test class path.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ReadingBenchmark {
  private final FeedbackReader reader =
      new FeedbackReader(ReplyClassifier.builtIn(), IspDirectory.builtIn());
  private final byte[] notification = FeedbackReaderTest.DSN.getBytes(StandardCharsets.UTF_8);
  private final List<byte[]> corpus = BounceCorpus.mails();
  private int next;

  @Benchmark
  public Feedback statusNotification(CpuTime cpu) {
    cpu.add(1);
    return reader.read(notification);
  }

  @Benchmark
  public Feedback mailOfTheCorpus(CpuTime cpu) {
    cpu.add(1);
    return reader.read(corpus.get(next++ % corpus.size()));
  }
}
