# Check video status
def check_video_status(video_id):
    response = requests.get(
        f"https://api.tensorone.ai/v2/ai/videos/{video_id}/status",
        headers={"Authorization": "Bearer YOUR_API_KEY"}
    )
    return response.json()

status = check_video_status("vid_abc123_def456")
print(f"Status: {status['status']}")

if status['status'] == 'processing':
    print(f"Progress: {status.get('progress', 0)}%")
