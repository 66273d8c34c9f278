package io.portolan.sender.dnshealth;

import io.portolan.core.address.Domain;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.sender.dkim.DkimKey;
import io.portolan.sender.dns.RecordLookup;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All checks of what mail is sent from. A check that cannot be ended in time, or that fails over
 * what strangers publish, finds nothing out and harms no other.
 *
 * <p>Thread-safe; keeps nothing.
 */
public final class DnsHealthChecks {
  private static final Logger log = LoggerFactory.getLogger(DnsHealthChecks.class);
  private static final int AT_ONCE = 16;

  private final SpfCheck spf;
  private final DkimCheck dkim;
  private final DmarcCheck dmarc;
  private final HostCheck hosts;
  private final BlocklistCheck blocklists;
  private final Duration deadline;

  /**
   * @param dns asked about records
   * @param listDns asked about blocklists, by a resolver that they answer
   * @param deadline of all checks together
   */
  public DnsHealthChecks(
      RecordLookup dns, RecordLookup listDns, Blocklists lists, Duration deadline) {
    spf = new SpfCheck(dns);
    dkim = new DkimCheck(dns);
    dmarc = new DmarcCheck(dns);
    hosts = new HostCheck(dns);
    blocklists = new BlocklistCheck(listDns, lists);
    this.deadline = deadline;
  }

  /** How long a round takes at the most. */
  public Duration deadline() {
    return deadline;
  }

  private record Task(Findings findings, Callable<DnsFinding> check) {}

  /** Checks everything. */
  public List<DnsFinding> check(Subjects subjects) throws InterruptedException {
    List<Task> tasks = new ArrayList<>();
    Domain bounce = subjects.bounceDomain();
    add(
        tasks,
        bounce.name(),
        DnsCheck.SPF,
        () -> spf.check(bounce, subjects.heloName(), subjects.sources()));
    add(tasks, bounce.name(), DnsCheck.MX, () -> hosts.bounceMx(bounce));
    add(
        tasks,
        subjects.heloName(),
        DnsCheck.HELO,
        () -> hosts.helo(subjects.heloName(), subjects.sources()));
    for (InetAddress source : subjects.sources()) {
      add(tasks, source.getHostAddress(), DnsCheck.PTR, () -> hosts.reverse(source));
      if (blocklists.asksAddresses()) {
        add(tasks, source.getHostAddress(), DnsCheck.BLOCKLIST, () -> blocklists.check(source));
      }
    }
    domains(tasks, subjects, true);
    return done(tasks);
  }

  /** Checks one sending domain, and what its mail rests on. */
  public List<DnsFinding> check(Subjects subjects, Domain domain) throws InterruptedException {
    List<Task> tasks = new ArrayList<>();
    Subjects one = subjects.only(domain);
    if (domain.equals(one.bounceDomain())) {
      add(
          tasks,
          domain.name(),
          DnsCheck.SPF,
          () -> spf.check(domain, one.heloName(), one.sources()));
      add(tasks, domain.name(), DnsCheck.MX, () -> hosts.bounceMx(domain));
    }
    domains(tasks, one, false);
    if (blocklists.asksDomains()) {
      add(tasks, domain.name(), DnsCheck.BLOCKLIST, () -> blocklists.check(domain));
    }
    return done(tasks);
  }

  private void domains(List<Task> tasks, Subjects subjects, boolean isWhole) {
    for (DkimKey key : subjects.keys()) {
      add(tasks, key.domain().name(), DnsCheck.DKIM, () -> dkim.check(key));
    }
    for (Domain from : subjects.sendingDomains()) {
      var signer = subjects.signer(from);
      add(tasks, from.name(), DnsCheck.SIGNING, () -> DkimCheck.signing(from, signer));
      add(
          tasks,
          from.name(),
          DnsCheck.DMARC,
          () -> dmarc.check(from, subjects.bounceDomain(), signer));
    }
    if (isWhole && blocklists.asksDomains()) {
      for (Domain domain : subjects.domains()) {
        add(tasks, domain.name(), DnsCheck.BLOCKLIST, () -> blocklists.check(domain));
      }
    }
  }

  private static void add(
      List<Task> tasks, String subject, DnsCheck check, Callable<DnsFinding> work) {
    tasks.add(new Task(new Findings(subject, check), work));
  }

  private List<DnsFinding> done(List<Task> tasks) throws InterruptedException {
    Semaphore places = new Semaphore(AT_ONCE);
    List<Callable<DnsFinding>> bounded = new ArrayList<>();
    for (Task task : tasks) {
      bounded.add(
          () -> {
            places.acquire();
            try {
              return task.check().call();
            } finally {
              places.release();
            }
          });
    }
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      List<Future<DnsFinding>> results =
          threads.invokeAll(bounded, deadline.toMillis(), TimeUnit.MILLISECONDS);
      List<DnsFinding> found = new ArrayList<>();
      for (int i = 0; i < tasks.size(); i++) {
        found.add(result(tasks.get(i).findings(), results.get(i)));
      }
      return found;
    } finally {
      threads.shutdownNow();
    }
  }

  private static DnsFinding result(Findings findings, Future<DnsFinding> result)
      throws InterruptedException {
    try {
      return result.get();
    } catch (CancellationException e) {
      return findings.unknown("The check did not end in time", "too slow");
    } catch (ExecutionException e) {
      log.error("the check {} of {} has failed", findings.check().id(), findings.subject(), e);
      return findings.unknown("The check has failed", "what was read cannot be understood");
    }
  }
}
