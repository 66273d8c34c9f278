package io.portolan.api.bench;

import io.portolan.api.application.TemporaryHome;
import io.portolan.api.bench.BenchReport.Check;
import io.portolan.api.profile.CpuProfile;
import io.portolan.api.profile.CpuTimes;
import io.portolan.api.sink.BenchException;
import io.portolan.api.sink.Sink;
import io.portolan.core.address.Domain;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.policy.TlsMode;
import io.portolan.sender.dkim.DkimKey;
import io.portolan.sender.dkim.DkimKeys;
import io.portolan.sender.dkim.SigningProvider;
import io.portolan.sender.exchange.Transaction;
import io.portolan.sender.message.CampaignMessage;
import io.portolan.sender.message.ComposedMessage;
import io.portolan.sender.message.MessageComposer;
import io.portolan.sender.message.MessageSettings;
import io.portolan.sender.message.Tokens;
import io.portolan.sender.smtp.Opening;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.smtp.SessionTarget;
import io.portolan.sender.smtp.SmtpSession;
import io.portolan.sender.smtp.SocketDialer;
import io.portolan.sender.smtp.TlsTrust;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * Sessions and the SMTP on them without a campaign around them: neither database nor scheduler nor
 * policy. Messages are made before, or, to measure composing and signing too, one by one while they
 * are sent. Not thread-safe; interrupting its thread ends it.
 */
final class ExchangeBench {
  /** Messages made before, sent again and again. */
  private static final int PREBUILT = 1_000;

  private static final URI PUBLIC_URL = URI.create("https://portolan.test");
  private static final String LOOPBACK = "127.0.0.1";

  private final BenchSettings settings;
  private final Optional<java.nio.file.Path> profile;
  private final BenchScreen screen;
  private final CampaignMessage message;

  /**
   * @param settings signed ones are composed and signed while they are sent, others made before
   * @param profile where the recording of this process is kept, if it is
   * @param clock for the messages' dates
   */
  ExchangeBench(
      BenchSettings settings,
      Optional<java.nio.file.Path> profile,
      BenchScreen screen,
      InstantSource clock) {
    this.settings = settings;
    this.profile = profile;
    this.screen = screen;
    Domain domain = Domain.parse(BenchContent.DOMAIN);
    DkimKeys keys =
        settings.signed()
            ? new DkimKeys(
                List.of(DkimKey.fromPem(domain, BenchKey.SELECTOR, BenchKey.pem())),
                SigningProvider.AUTO)
            : DkimKeys.NONE;
    MessageComposer composer =
        new MessageComposer(
            new MessageSettings(
                PUBLIC_URL, domain, Optional.empty(), BenchKey.SELECTOR, Optional.empty()),
            new Tokens(new byte[Tokens.KEY_LENGTH]),
            keys,
            clock);
    message = composer.campaign(1, BenchContent.of(settings.bytes(), composer));
  }

  /**
   * Runs it.
   *
   * @throws BenchException if the sink does not start or refuses a message
   */
  BenchReport run(TemporaryHome home) throws IOException, InterruptedException {
    BenchSettings.Way way = settings.way();
    try (Sink sink = Sink.start(way.sink(), way.roundTrip(), home.directory())) {
      LongFunction<ComposedMessage> messages = settings.signed() ? this::composed : prebuilt();
      if (settings.warmUp() > 0) {
        screen.say(String.format(Locale.ROOT, "warming up with %,d messages", settings.warmUp()));
        exchange(sink, messages, settings.warmUp());
      }
      screen.say(String.format(Locale.ROOT, "sending %,d messages", settings.recipients()));
      BenchReport.Measured measured = measure(home, sink, messages);
      BenchReport.Limits limits =
          new MachineLimits(settings, sink, screen).measure(home.directory());
      return BenchReport.of(
          settings.signed() ? BenchReport.COMPOSE : BenchReport.EXCHANGE,
          settings,
          measured,
          limits);
    }
  }

  private BenchReport.Measured measure(
      TemporaryHome home, Sink sink, LongFunction<ComposedMessage> messages)
      throws IOException, InterruptedException {
    long taken = sink.messages();
    try (HeapWatch heap = new HeapWatch();
        CpuProfile recording = CpuProfile.start()) {
      CpuTimes before = CpuTimes.now(Optional.empty(), Optional.of(sink.process()));
      long start = System.nanoTime();
      long accepted = exchange(sink, messages, settings.recipients());
      long took = System.nanoTime() - start;
      CpuTimes used = CpuTimes.now(Optional.empty(), Optional.of(sink.process())).minus(before);
      CpuProfile.Result cpu = recording.stop(profile.orElse(home.directory().resolve("bench.jfr")));
      return new BenchReport.Measured(
          accepted,
          took / 1e9,
          Optional.empty(),
          heap.maxBytes(),
          BenchReport.CpuMicros.of(used, accepted),
          CpuParts.of(used.portolan(), cpu, accepted),
          profile.isPresent() ? cpu.hottest() : List.of(),
          sink.messages() - taken,
          Optional.empty(),
          checks(accepted, sink.messages() - taken, sink));
    }
  }

  private List<Check> checks(long accepted, long taken, Sink sink) throws IOException {
    long messages = settings.recipients();
    List<Check> checks = new ArrayList<>();
    checks.add(
        new Check(
            "every message is accepted",
            accepted == messages,
            String.format(Locale.ROOT, "%,d of %,d", accepted, messages)));
    checks.add(
        new Check(
            "the sink took each message once",
            taken == messages,
            String.format(Locale.ROOT, "%,d messages", taken)));
    Check.ofBreaches(settings.way().sink(), sink.breaches()).ifPresent(checks::add);
    return checks;
  }

  private ComposedMessage composed(long number) {
    return message.compose(number + 1, BenchContent.ADDRESS, BenchContent.ATTRIBUTES);
  }

  private LongFunction<ComposedMessage> prebuilt() {
    List<ComposedMessage> made = LongStream.range(0, PREBUILT).mapToObj(this::composed).toList();
    return number -> made.get((int) (number % PREBUILT));
  }

  /** Sends so many over all connections and returns how many were accepted. */
  private long exchange(Sink sink, LongFunction<ComposedMessage> messages, long number)
      throws InterruptedException {
    SessionTarget target =
        new SessionTarget(
            new Path(Path.DIRECT, sink.port(), TlsMode.NONE),
            "sink.test",
            List.of(LOOPBACK),
            Optional.empty(),
            BenchContent.DOMAIN,
            Timeouts.DEFAULT);
    AtomicLong next = new AtomicLong();
    long accepted = 0;
    try (DeadlineWatch watch = new DeadlineWatch();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      SessionOpener opener = new SessionOpener(new SocketDialer(), TlsTrust.ofPlatform(), watch);
      Callable<Integer> worker =
          () -> send(opener, target, () -> following(next, number, messages));
      for (Future<Integer> each :
          threads.invokeAll(Collections.nCopies(settings.way().connections(), worker))) {
        accepted += each.get();
      }
      return accepted;
    } catch (ExecutionException e) {
      BenchException failed = new BenchException("The exchange broke off: " + e.getCause());
      failed.initCause(e);
      throw failed;
    }
  }

  private static Optional<ComposedMessage> following(
      AtomicLong next, long number, LongFunction<ComposedMessage> messages) {
    long index = next.getAndIncrement();
    return index < number ? Optional.of(messages.apply(index)) : Optional.empty();
  }

  /** Where a session's messages come from; empty when there are no more. */
  @FunctionalInterface
  private interface Source {
    Optional<ComposedMessage> next();
  }

  /** Sends on one session, each next envelope behind the end of the message before. */
  private static int send(SessionOpener opener, SessionTarget target, Source source) {
    if (!(opener.open(target) instanceof Opening.Opened(SmtpSession session))) {
      throw new BenchException("The sink cannot be reached.");
    }
    try (session) {
      Optional<ComposedMessage> waiting = source.next();
      while (waiting.isPresent()) {
        ComposedMessage now = waiting.get();
        Optional<ComposedMessage> then = source.next();
        Transaction transaction = session.send(now.mail(), then.map(ComposedMessage::mail));
        if (!(transaction instanceof Transaction.Replied reply && reply.accepted())) {
          throw new BenchException("The sink did not take a message: " + transaction);
        }
        waiting = then;
      }
      return session.messagesAccepted();
    }
  }
}
