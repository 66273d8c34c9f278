package io.portolan.scheduler;

import io.portolan.scheduler.cluster.ClusterStore;
import java.time.Duration;
import javax.sql.DataSource;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.core.QuartzScheduler;
import org.quartz.core.QuartzSchedulerResources;
import org.quartz.impl.DefaultThreadExecutor;
import org.quartz.impl.StdJobRunShellFactory;
import org.quartz.impl.StdScheduler;
import org.quartz.impl.jdbcjobstore.JobStoreTX;
import org.quartz.simpl.CascadingClassLoadHelper;
import org.quartz.spi.JobFactory;
import org.quartz.utils.DBConnectionManager;

/**
 * One node of Quartz, put together by hand: no properties file, nothing looked up by name in the
 * process, so that several nodes can live in one. Thread-safe.
 */
final class QuartzNode {
  /** The name of the cluster, the same on every node; in Quartz's tables the column sched_name. */
  static final String CLUSTER = "portolan";

  private static final int TRIGGERS_AT_ONCE = 20;
  // also how long a node may not notice a trigger that another has stored
  private static final Duration LOOKS_AGAIN_AFTER = Duration.ofSeconds(1);
  private static final Duration DATABASE_RETRY = Duration.ofSeconds(1);

  private final QuartzScheduler quartz;
  private final Scheduler scheduler;

  private QuartzNode(QuartzScheduler quartz, Scheduler scheduler) {
    this.quartz = quartz;
    this.scheduler = scheduler;
  }

  static QuartzNode create(DataSource pool, SchedulerSettings settings) {
    try {
      VirtualThreadPool threads = new VirtualThreadPool(settings.threads());
      JobStoreTX store = store(pool, settings);
      StdJobRunShellFactory shells = new StdJobRunShellFactory();

      QuartzSchedulerResources resources = new QuartzSchedulerResources();
      resources.setName(CLUSTER);
      resources.setInstanceId(settings.node());
      resources.setThreadName("quartz");
      resources.setMakeSchedulerThreadDaemon(true);
      resources.setThreadExecutor(new DefaultThreadExecutor());
      resources.setThreadPool(threads);
      resources.setJobRunShellFactory(shells);
      resources.setJobStore(store);
      resources.setMaxBatchSize(TRIGGERS_AT_ONCE);

      QuartzScheduler quartz =
          new QuartzScheduler(resources, LOOKS_AGAIN_AFTER.toMillis(), DATABASE_RETRY.toMillis());
      CascadingClassLoadHelper classes = new CascadingClassLoadHelper();
      classes.initialize();
      store.initialize(classes, quartz.getSchedulerSignaler());
      Scheduler scheduler = new StdScheduler(quartz);
      shells.initialize(scheduler);
      quartz.initialize();
      return new QuartzNode(quartz, scheduler);
    } catch (SchedulerException e) {
      throw new SchedulingException("Quartz could not be set up", e);
    }
  }

  Scheduler scheduler() {
    return scheduler;
  }

  /** Joins the cluster and begins to fire. */
  void start(JobFactory jobs) {
    try {
      scheduler.setJobFactory(jobs);
      scheduler.start();
    } catch (SchedulerException e) {
      throw new SchedulingException("Quartz could not be started", e);
    }
  }

  /** Fires nothing more; still says that this node is alive. */
  void standBy() {
    quartz.standby();
  }

  /** Ends Quartz's threads; jobs that still run are left to themselves. */
  void shutDown() {
    quartz.shutdown(false);
  }

  private static JobStoreTX store(DataSource pool, SchedulerSettings settings) {
    String source = settings.node();
    DBConnectionManager.getInstance().addConnectionProvider(source, new LimitedConnections(pool));
    JobStoreTX store = new ClusterStore();
    store.setInstanceName(CLUSTER);
    store.setInstanceId(settings.node());
    store.setDataSource(source);
    store.setUseProperties("true");
    store.setIsClustered(true);
    store.setClusterCheckinInterval(settings.checkinInterval().toMillis());
    store.setAcquireTriggersWithinLock(true);
    store.setDbRetryInterval(DATABASE_RETRY.toMillis());
    store.setMakeThreadsDaemons(true);
    return store;
  }
}
