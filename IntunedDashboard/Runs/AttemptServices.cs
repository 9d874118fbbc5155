using IntunedDashboard.Data;
using IntunedDashboard.Execution;
using IntunedDashboard.Http;
using IntunedDashboard.Projects;
using IntunedDashboard.Projects.KeyValues;
using IntunedDashboard.Runs.Attachments;
using IntunedDashboard.Runs.People;

namespace IntunedDashboard.Runs;

/// <summary>Gives each attempt the services of its project and Run.</summary>
public sealed class AttemptServicesFactory(KeyValueStore values, AttachmentStore attachments, HumanRequestStore people, PublicAddress address)
{
    /// <param name="fence">What the attempt writes is written behind it.</param>
    public IAttemptServices For(Project project, Run run, int attempt, WriteFence fence) =>
        new AttemptServices(project, run, attempt, fence, values, attachments, people, address);

    private sealed class AttemptServices(
        Project project, Run run, int attempt, WriteFence fence, KeyValueStore values, AttachmentStore attachments, HumanRequestStore people, PublicAddress address)
        : IAttemptServices
    {
        public Task<string?> GetStoredAsync(string key, CancellationToken cancellationToken) => values.GetAsync(project.Id, key, cancellationToken);

        public Task SetStoredAsync(string key, string valueJson, CancellationToken cancellationToken) =>
            values.SetAsync(project.Id, key, valueJson, fence, cancellationToken);

        public async Task<SavedFile> SaveFileAsync(string path, string fileName, string? contentType, CancellationToken cancellationToken)
        {
            var saved = await attachments.SaveAsync(project.Id, run.Id, path, fileName, contentType, fence, cancellationToken);
            var url = $"{address.Url}/api/v1/workspace/{project.WorkspaceId}/projects/{Uri.EscapeDataString(project.Name)}/runs/{run.Id}/attachments/{saved.Id}";
            return new SavedFile(saved.Key, AttachmentStore.Bucket, AttachmentStore.Region, url);
        }

        public async Task<string> SignFileAsync(string key, TimeSpan lifetime, CancellationToken cancellationToken) =>
            attachments.Sign(await attachments.FindByKeyAsync(project.Id, key, cancellationToken), lifetime);

        public Task<HumanReply> AskPersonAsync(HumanQuestion question, IWaitingAttempt waiting, CancellationToken cancellationToken) =>
            people.AskAsync(run, attempt, question, waiting, fence, cancellationToken);
    }
}
