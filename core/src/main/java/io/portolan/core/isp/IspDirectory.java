package io.portolan.core.isp;

import io.portolan.core.address.Domain;
import io.portolan.core.csv.CsvTable;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The ISPs known, by the domains of their mailboxes and by the suffixes of their mail hosts.
 * Immutable.
 *
 * <p>Hosts are matched at label boundaries, and the longest suffix wins: {@code
 * olc.protection.outlook.com} before {@code protection.outlook.com}.
 */
public final class IspDirectory {
  private static final String RESOURCE = "isp-directory.csv";
  private static final String ANY_SUBDOMAIN = "*.";

  private final Map<String, Isp> byId;
  private final Map<String, String> byDomain;
  private final Map<String, String> byParentDomain;
  private final Map<String, String> byMxSuffix;

  private IspDirectory(
      Map<String, Isp> byId,
      Map<String, String> byDomain,
      Map<String, String> byParentDomain,
      Map<String, String> byMxSuffix) {
    this.byId = Collections.unmodifiableMap(byId);
    this.byDomain = Map.copyOf(byDomain);
    this.byParentDomain = Map.copyOf(byParentDomain);
    this.byMxSuffix = Map.copyOf(byMxSuffix);
  }

  /** The directory that comes with Portolan. */
  public static IspDirectory builtIn() {
    return new IspDirectory(Map.of(), Map.of(), Map.of(), Map.of())
        .with(IspEntry.read(CsvTable.resource(IspDirectory.class, RESOURCE, IspEntry.COLUMNS)));
  }

  /**
   * This directory with the entries of a file of the same columns as the built-in one: isp_id,
   * display_name, kind, consumer_domains, mx_suffixes, platform_isp_id.
   *
   * @throws io.portolan.core.InvalidException naming file, line and column of what is wrong
   */
  public IspDirectory withFile(Path file) {
    return with(IspEntry.read(CsvTable.file(file, IspEntry.COLUMNS)));
  }

  /**
   * This directory with more entries. An entry of an id that is there already takes its place and
   * keeps its domains and suffixes; a domain or suffix that is there already moves to the new
   * entry.
   *
   * @throws io.portolan.core.InvalidException if two of the entries claim one domain or suffix, or
   *     one names a platform that is not there
   */
  public IspDirectory with(List<IspEntry> entries) {
    Map<String, Isp> ids = new LinkedHashMap<>(byId);
    entries.forEach(entry -> ids.put(entry.isp().id(), entry.isp()));
    Map<String, String> domains = new HashMap<>(byDomain);
    Map<String, String> parents = new HashMap<>(byParentDomain);
    Map<String, String> suffixes = new HashMap<>(byMxSuffix);
    Set<String> claimed = new HashSet<>();
    for (IspEntry entry : entries) {
      Isp isp = entry.isp();
      Isp platform = ids.get(isp.platform());
      if (platform == null || !platform.platform().equals(platform.id())) {
        throw entry.invalidPlatform();
      }
      for (String domain : entry.domains()) {
        if (!claimed.add(domain)) {
          throw entry.claimedTwice(IspEntry.DOMAINS, domain);
        }
        if (domain.startsWith(ANY_SUBDOMAIN)) {
          parents.put(domain.substring(ANY_SUBDOMAIN.length()), isp.id());
        } else {
          domains.put(domain, isp.id());
        }
      }
      for (String suffix : entry.mxSuffixes()) {
        if (!claimed.add("MX " + suffix)) {
          throw entry.claimedTwice(IspEntry.MX_SUFFIXES, suffix);
        }
        suffixes.put(suffix, isp.id());
      }
    }
    return new IspDirectory(ids, domains, parents, suffixes);
  }

  /** All ISPs, in the order of the directory. Without {@link Isp#OTHER}. */
  public Collection<Isp> isps() {
    return List.copyOf(byId.values());
  }

  /** The ISP of an id; {@link Isp#OTHER} too. */
  public Optional<Isp> find(String id) {
    return id.equals(Isp.OTHER.id()) ? Optional.of(Isp.OTHER) : Optional.ofNullable(byId.get(id));
  }

  /** The ids of all whose mail goes to a platform, its own first. */
  public List<String> onPlatform(String platform) {
    return Stream.concat(
            Stream.of(platform),
            byId.values().stream().filter(isp -> isp.platform().equals(platform)).map(Isp::id))
        .distinct()
        .toList();
  }

  /** The ISP that is known to have its mailboxes in a domain. */
  public Optional<Isp> findByDomain(Domain domain) {
    String id = byDomain.get(domain.name());
    return find(id == null ? longestSuffix(byParentDomain, parent(domain.name())) : id);
  }

  /** The ISP to which a mail host belongs. */
  public Optional<Isp> findByMxHost(String host) {
    return find(longestSuffix(byMxSuffix, host));
  }

  /**
   * The ISP to which a domain's preferred mail hosts belong. Hosts of several ISPs on one platform
   * belong to the platform; hosts of several platforms belong to nobody.
   */
  public Optional<Isp> findByMx(MxAnswer.Hosts answer) {
    Optional<Isp> found = Optional.empty();
    for (MxHost host : answer.preferred()) {
      Optional<Isp> isp = findByMxHost(host.host());
      if (isp.isEmpty()) {
        return Optional.empty();
      }
      if (found.isPresent() && !found.equals(isp)) {
        isp = sharedPlatformOf(found.get(), isp.get(), byId);
        if (isp.isEmpty()) {
          return Optional.empty();
        }
      }
      found = isp;
    }
    return found;
  }

  private static Optional<Isp> sharedPlatformOf(Isp one, Isp other, Map<String, Isp> byId) {
    return one.platform().equals(other.platform())
        ? Optional.ofNullable(byId.get(one.platform()))
        : Optional.empty();
  }

  /** The value of the name itself or of the longest of its parents; empty where there is none. */
  private static String longestSuffix(Map<String, String> bySuffix, String name) {
    for (String suffix = name; !suffix.isEmpty(); suffix = parent(suffix)) {
      String found = bySuffix.get(suffix);
      if (found != null) {
        return found;
      }
    }
    return "";
  }

  private static String parent(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1);
  }
}
