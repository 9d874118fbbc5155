using IntunedDashboard.Identity;

namespace IntunedDashboard.AuthSessions;

/// <summary>
/// What can be done with a session. Creating, updating and validating start an AuthSession Run, which belongs to a later slice:
/// that one implements this.
/// </summary>
public interface IAuthSessionCommands
{
    /// <summary>Creates the session and logs in; with the id of an existing session it acts as an update.</summary>
    Task<AuthSessionOperationStarted> CreateAsync(
        Actor actor, Guid projectId, SaveAuthSession request, CancellationToken cancellationToken);

    Task<AuthSessionOperationStarted> UpdateAsync(
        Actor actor, Guid projectId, string id, SaveAuthSession request, CancellationToken cancellationToken);

    Task<AuthSessionOperationStarted> ValidateAsync(
        Actor actor, Guid projectId, string id, ValidateAuthSession request, CancellationToken cancellationToken);

    /// <summary>Puts a kept state back and checks it; it stays only until the next login.</summary>
    /// <exception cref="Platform.RequestException">The version never proved itself, or an operation holds the session.</exception>
    Task<AuthSessionOperationStarted> RestoreAsync(Actor actor, Guid projectId, string id, int version, CancellationToken cancellationToken);

    /// <summary>Forgets every kept state, so that nothing of the login is left; credentials stay.</summary>
    Task ClearAsync(Actor actor, Guid projectId, string id, CancellationToken cancellationToken);

    /// <summary>Sets how often <c>create</c> may be executed within an hour; null for what the settings say.</summary>
    Task SetLoginBudgetAsync(Actor actor, Guid projectId, string id, int? loginsPerHour, CancellationToken cancellationToken);

    /// <exception cref="Platform.RequestException">Unknown, an operation holds it, or a Run uses it.</exception>
    Task DeleteAsync(Actor actor, Guid projectId, string id, CancellationToken cancellationToken);
}
