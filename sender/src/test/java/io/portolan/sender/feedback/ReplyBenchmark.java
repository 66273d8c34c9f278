package io.portolan.sender.feedback;

import io.portolan.core.csv.CsvTable;
import io.portolan.core.reply.MalformedReplyException;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.reply.SmtpReply;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What it costs to classify one reply, on average over those of a corpus. Run by {@code
 * org.openjdk.jmh.Main ReplyBenchmark -jvmArgsAppend -Dportolan.replies=FILE.csv} on the test class
 * path; the file has a column {@code reply}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ReplyBenchmark {
  private static final int REPLIES = 200;

  private final ReplyClassifier classifier = ReplyClassifier.builtIn();
  private final List<SmtpReply> replies =
      CsvTable.file(
              Path.of(System.getProperty("portolan.replies", "replies.csv")), List.of("reply"))
          .rows()
          .stream()
          .limit(REPLIES)
          .map(row -> parsed(row.text("reply")))
          .toList();

  @Benchmark
  @OperationsPerInvocation(REPLIES)
  public void classify(CpuTime cpu, Blackhole sink) {
    for (SmtpReply reply : replies) {
      sink.consume(classifier.classify(reply, Phase.RCPT, "gmail"));
    }
    cpu.add(REPLIES);
  }

  private static SmtpReply parsed(String reply) {
    try {
      return SmtpReply.parse(reply.replace("\\n", "\n"));
    } catch (MalformedReplyException e) {
      throw new IllegalArgumentException(reply, e);
    }
  }
}
