using IntunedDashboard.Identity;

namespace IntunedDashboard.AuthSessions;

/// <summary>Writes of the AuthSessions slice. Starting an operation means starting its AuthSession Run.</summary>
public interface IAuthSessionCommands
{
    /// <summary>Creates the session and logs in; with the id of an existing session it acts as an update.</summary>
    Task<AuthSessionOperationStarted> CreateAsync(
        Actor actor, Guid projectId, SaveAuthSession request, CancellationToken cancellationToken);

    Task<AuthSessionOperationStarted> UpdateAsync(
        Actor actor, Guid projectId, string id, SaveAuthSession request, CancellationToken cancellationToken);

    Task<AuthSessionOperationStarted> ValidateAsync(
        Actor actor, Guid projectId, string id, bool autoRecreate, int checkAttempts, int createAttempts, CancellationToken cancellationToken);

    Task DeleteAsync(Actor actor, Guid projectId, string id, CancellationToken cancellationToken);
}
