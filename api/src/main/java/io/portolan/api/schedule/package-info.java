/** Reports that are sent at set times: the worker, the API and the commands. */
@NullMarked
package io.portolan.api.schedule;

import org.jspecify.annotations.NullMarked;
