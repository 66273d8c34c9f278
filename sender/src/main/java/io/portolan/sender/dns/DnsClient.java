package io.portolan.sender.dns;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.lookup.LookupResult;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/**
 * Queries to DNS servers, each within a deadline. Follows aliases; keeps nothing.
 *
 * <p>Thread-safe.
 */
public final class DnsClient {
  private static final int TRIES = 2;
  private static final Duration SHORTEST = Duration.ofMinutes(5);
  private static final Duration LONGEST = Duration.ofHours(24);

  private final DnsSettings settings;
  private final LookupSession session;
  private final long deadlineMillis;

  public DnsClient(DnsSettings settings) {
    this(settings, true);
  }

  private DnsClient(DnsSettings settings, boolean readsHostsFile) {
    this.settings = settings;
    ExtendedResolver resolver =
        settings.servers().isEmpty()
            ? new ExtendedResolver()
            : new ExtendedResolver(named(settings));
    Duration all =
        settings.queryTimeout().multipliedBy((long) TRIES * resolver.getResolvers().length);
    resolver.setRetries(TRIES);
    resolver.setTimeout(all);
    for (Resolver each : resolver.getResolvers()) {
      each.setTimeout(settings.queryTimeout());
    }
    // a little later than the resolver's own, which says more
    deadlineMillis = all.toMillis() + 500;
    // not the common pool, which has one thread on two processors and is anybody's
    LookupSession.LookupSessionBuilder builder =
        LookupSession.builder().resolver(resolver).executor(Thread::startVirtualThread);
    session = (readsHostsFile ? builder.defaultHostsFileParser() : builder).build();
  }

  /** Asks name servers alone, so that it sees what others see. */
  static DnsClient withoutHostsFile(DnsSettings settings) {
    return new DnsClient(settings, false);
  }

  DnsSettings settings() {
    return settings;
  }

  /** Asks for the records of a name; every failure is a value. */
  CompletionStage<DnsReply> ask(String name, int type) {
    Name absolute;
    try {
      absolute = Name.concatenate(Name.fromString(name), Name.root);
    } catch (TextParseException | NameTooLongException e) {
      return CompletableFuture.completedStage(new DnsReply.NoSuchName());
    }
    return session
        .lookupAsync(absolute, type)
        .toCompletableFuture()
        .orTimeout(deadlineMillis, TimeUnit.MILLISECONDS)
        .handle((result, failure) -> failure == null ? reply(result) : failed(failure, name));
  }

  /** How long an answer is kept: as its records allow, within bounds. */
  static Duration timeToLive(List<? extends Record> records) {
    long seconds = records.stream().mapToLong(Record::getTTL).min().orElse(0);
    Duration allowed = Duration.ofSeconds(seconds);
    if (allowed.compareTo(SHORTEST) < 0) {
      return SHORTEST;
    }
    return allowed.compareTo(LONGEST) > 0 ? LONGEST : allowed;
  }

  private static DnsReply reply(LookupResult result) {
    return result.getRecords().isEmpty()
        ? new DnsReply.NoRecord()
        : new DnsReply.Records(result.getRecords());
  }

  private static DnsReply failed(Throwable failure, String name) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case NoSuchDomainException _ -> new DnsReply.NoSuchName();
      case NoSuchRRSetException _ -> new DnsReply.NoRecord();
      case TimeoutException _ -> new DnsReply.Failed("no answer for " + name);
      default -> new DnsReply.Failed(String.valueOf(cause.getMessage()));
    };
  }

  private static List<Resolver> named(DnsSettings settings) {
    return settings.servers().stream().<Resolver>map(SimpleResolver::new).toList();
  }
}
